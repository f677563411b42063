"""An index by which a device finds its own items in a long queue."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("execution", "0002_workflow_nodes")]

    operations = [
        migrations.AddIndex(
            model_name="workitem",
            index=models.Index(
                condition=models.Q(("target_device", ""), _negated=True),
                fields=["target_device", "status"],
                name="work_item_by_device",
            ),
        ),
    ]
