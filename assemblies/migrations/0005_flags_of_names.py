"""Flag names and first lines, too; what was flagged until now was the script's text alone."""

import json
from typing import Any

from django.db import migrations, models
from django.db.models import F

from assemblies.documents import first_line_findings, label_findings, labels_of
from assemblies.domains import AssemblyType

ROWS = 200


def flag(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.alias != "default":
        return
    rows = apps.get_model("assemblies", "Assembly").objects
    rows.update(is_script_flagged=F("is_flagged"))
    flagged = [row.guid for row in rows.filter(is_flagged=False).iterator(chunk_size=ROWS) if _is_flagged(row)]
    for start in range(0, len(flagged), ROWS):
        rows.filter(guid__in=flagged[start : start + ROWS]).update(is_flagged=True)


def _is_flagged(row: Any) -> bool:
    content = json.loads(row.content)
    labels = labels_of(
        display_name=content["display_name"],
        summary=content["summary"],
        category=content["category"],
        tags=content["tags"],
        variables=content["variables"],
        file_names=[file["file_name"] for file in content["files"]],
    )
    return bool(first_line_findings(AssemblyType(row.assembly_type), row.search_text)) or any(label_findings(labels))


class Migration(migrations.Migration):

    dependencies = [("assemblies", "0004_list")]

    operations = [
        migrations.AddField(
            model_name="assembly",
            name="is_script_flagged",
            field=models.BooleanField(default=False, verbose_name="script contains hidden characters"),
        ),
        migrations.AlterField(
            model_name="assembly",
            name="is_flagged",
            field=models.BooleanField(default=False, verbose_name="contains hidden characters"),
        ),
        migrations.RunPython(flag, migrations.RunPython.noop),
    ]
