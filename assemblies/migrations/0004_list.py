"""What the list of the library asks for: saved views, flagged assemblies, and favourites by whose they are; changes by day."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from assemblies.documents import find_hidden_characters

ROWS = 200


def flag(apps: Any, schema_editor: Any) -> None:
    """Flag what is in the library already."""
    if schema_editor.connection.alias != "default":
        return
    rows = apps.get_model("assemblies", "Assembly").objects
    texts = rows.values_list("guid", "search_text").iterator(chunk_size=ROWS)
    flagged = [guid for guid, text in texts if find_hidden_characters("script", text)]
    for start in range(0, len(flagged), ROWS):
        rows.filter(guid__in=flagged[start : start + ROWS]).update(is_flagged=True)


class Migration(migrations.Migration):

    dependencies = [
        ("assemblies", "0003_official_syncs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("query", models.CharField(blank=True, max_length=4000, verbose_name="query")),
                ("saved_at", models.DateTimeField(verbose_name="saved at")),
                ("owner", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="saved_views", to=settings.AUTH_USER_MODEL, verbose_name="owner")),
            ],
            options={
                "verbose_name": "saved view",
                "verbose_name_plural": "saved views",
                "ordering": ["name"],
                "default_permissions": (),
            },
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(fields=("owner", "name"), name="one_view_per_name"),
        ),
        migrations.AddIndex(
            model_name="journalentry",
            index=models.Index(fields=["recorded_at"], name="journal_by_time"),
        ),
        migrations.AddIndex(
            model_name="assemblysetting",
            index=models.Index(fields=["category", "key"], name="setting_by_key"),
        ),
        migrations.AddField(
            model_name="assembly",
            name="is_flagged",
            field=models.BooleanField(default=False, verbose_name="holds hidden characters"),
        ),
        migrations.RunPython(flag, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            model_name="assembly",
            index=models.Index(condition=models.Q(("is_flagged", True)), fields=["guid"], name="flagged_assembly"),
        ),
    ]
