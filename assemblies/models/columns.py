"""The columns that the working copy and the replicas share.

`content` is the truth of a row; the other columns are projections of it for sorting, searching and reading by hand, and
`_projected` is the only place that fills them.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import orjson
from django.db import models
from django.utils.translation import gettext_lazy as _

from assemblies.domains import AssemblyType, Kind
from assemblies.models.content import Content, parse_time

GUID_LENGTH = 64
# Columns that have the name and the value of a key of the content.
KEYS = (
    "display_name", "summary", "category", "assembly_type", "payload_guid", "payload_sha256", "content_hash",
    "updated_by",
)  # fmt: skip
KINDS = {str(assembly_type): str(assembly_type.kind) for assembly_type in AssemblyType}


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


def project(content: Content) -> dict[str, Any]:
    """Return the column values that follow from `content`."""
    return _projected(content.to_json(), partial(getattr, content))


def project_text(text: str) -> dict[str, Any]:
    """Return the column values that follow from the text of a content, a tenth of which is read for them."""
    return _projected(text, orjson.loads(text).__getitem__)


def _projected(text: str, value_of: Callable[[str], Any]) -> dict[str, Any]:
    return {
        "content": text,
        "kind": KINDS[value_of("assembly_type")],
        "updated_at": parse_time(value_of("updated_at")),
        **{name: value_of(name) for name in KEYS},
    }
