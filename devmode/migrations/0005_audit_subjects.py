"""The audit's entries are about more than assemblies: `scope`, `subject_kind` and `subject_id`.

Entries keep their hashes: `hash_version` 1 hashes them under the names that the columns had before.
"""

from typing import Any

from django.db import migrations, models


def name_the_kind(apps: Any, schema_editor: Any) -> None:
    entries = apps.get_model("devmode", "AuditEntry").objects.using(schema_editor.connection.alias)
    entries.exclude(subject_id="").update(subject_kind="assembly")


class Migration(migrations.Migration):
    dependencies = [("devmode", "0004_attemptcount")]

    operations = [
        migrations.RenameField("auditentry", "domain", "scope"),
        migrations.AlterField(
            "auditentry", "scope", models.CharField(blank=True, max_length=16, verbose_name="scope")
        ),
        migrations.RenameField("auditentry", "assembly_guid", "subject_id"),
        migrations.AlterField(
            "auditentry", "subject_id", models.CharField(blank=True, max_length=64, verbose_name="subject")
        ),
        migrations.AddField(
            "auditentry",
            "subject_kind",
            models.CharField(blank=True, default="", max_length=16, verbose_name="kind of subject"),
            preserve_default=False,
        ),
        migrations.AddField(
            "auditentry",
            "hash_version",
            models.PositiveSmallIntegerField(default=1, verbose_name="version of the hash"),
            preserve_default=False,
        ),
        migrations.RunPython(name_the_kind, migrations.RunPython.noop),
    ]
