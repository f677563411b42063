"""Who this installation is."""

import devmode.models.installation
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('devmode', '0005_audit_subjects'),
    ]

    operations = [
        migrations.CreateModel(
            name='Installation',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('instance_id', models.CharField(default=devmode.models.installation.new_guid, max_length=36)),
                ('epoch', models.CharField(default=devmode.models.installation.new_guid, max_length=36)),
            ],
            options={
                'default_permissions': (),
            },
        ),
    ]
