"""The columns that the working copy and the replicas share.

`content` is the truth of a row; the other columns are projections of it for sorting, searching and reading by hand, and
`project` is the only place that fills them.
"""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from assemblies.domains import AssemblyType, Kind
from assemblies.models.content import Content, parse_time

GUID_LENGTH = 64


class AssemblyColumns(models.Model):
    """One assembly at its latest revision."""

    guid = models.CharField(_("GUID"), max_length=GUID_LENGTH, primary_key=True)
    sequence = models.BigIntegerField(_("revision"))
    content = models.TextField(_("content"))
    display_name = models.CharField(_("name"), max_length=255)
    summary = models.TextField(_("summary"), blank=True)
    category = models.CharField(_("category"), max_length=255, blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    assembly_type = models.CharField(_("type"), max_length=16, choices=AssemblyType)
    payload_guid = models.CharField(_("payload GUID"), max_length=GUID_LENGTH)
    payload_sha256 = models.CharField(_("payload SHA-256"), max_length=64)
    content_hash = models.CharField(_("content hash"), max_length=64)
    updated_at = models.DateTimeField(_("updated at"))
    updated_by = models.CharField(_("updated by"), max_length=150)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.display_name

    def read_content(self) -> Content:
        return Content.from_json(self.content)


def project(content: Content, text: str | None = None) -> dict[str, Any]:
    """Return the column values that follow from `content`; `text` is the one it was read from, if it was."""
    return {
        "content": content.to_json() if text is None else text,
        "display_name": content.display_name,
        "summary": content.summary,
        "category": content.category,
        "kind": content.kind,
        "assembly_type": content.assembly_type,
        "payload_guid": content.payload_guid,
        "payload_sha256": content.payload_sha256,
        "content_hash": content.content_hash,
        "updated_at": parse_time(content.updated_at),
        "updated_by": content.updated_by,
    }
