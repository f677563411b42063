"""Search texts beyond ASCII in a folded form."""

from typing import Any

from django.db import migrations, models

from assemblies.documents import folded

ROWS = 200


def fold(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.alias != "default":
        return
    rows = apps.get_model("assemblies", "Assembly").objects
    others = [guid for guid, text in rows.values_list("guid", "search_text").iterator(ROWS) if not text.isascii()]
    for start in range(0, len(others), ROWS):
        some = list(rows.filter(guid__in=others[start : start + ROWS]).only("guid", "search_text"))
        for row in some:
            row.folded_text = folded(row.search_text)
        rows.bulk_update(some, ["folded_text"])


class Migration(migrations.Migration):

    dependencies = [("assemblies", "0006_keyed_requests")]

    operations = [
        migrations.AddField(
            model_name="assembly",
            name="folded_text",
            field=models.TextField(blank=True, default="", verbose_name="text as it is searched"),
        ),
        migrations.RunPython(fold, migrations.RunPython.noop),
    ]
