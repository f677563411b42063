"""One assembly as the catalogue holds it: the fields that filters ask for, and its JSON, rendered once."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

import orjson

from assemblies.domains import UpstreamState
from assemblies.models import Content


@dataclass(frozen=True, kw_only=True)
class CatalogueEntry:
    """An assembly at one revision; its state of persistence is part of it, so that a flush makes a new entry."""

    guid: str
    domain: str
    revision: int
    content: Content
    deleted_at: datetime | None = None
    dirty_since: datetime | None = None
    last_persisted: datetime | None = None
    upstream_state: UpstreamState | None = None
    origin_changed: bool | None = None

    @property
    def is_dirty(self) -> bool:
        return self.dirty_since is not None

    @cached_property
    def name_key(self) -> str:
        return self.content.display_name.casefold()

    @cached_property
    def tag_keys(self) -> frozenset[str]:
        """The tags, whatever shape the document gives them: a list of words, or an object's keys."""
        return frozenset(str(tag).casefold() for tag in self.content.tags)

    @cached_property
    def search_key(self) -> str:
        """What `q` looks through: name, summary, variables and tags."""
        content = self.content
        variables = (f"{v.get('name', '')} {v.get('label', '')} {v.get('description', '')}" for v in content.variables)
        return "\n".join([content.display_name, content.summary, *variables, *map(str, content.tags)]).casefold()

    def persisted(self, *, dirty_since: datetime | None, last_persisted: datetime | None) -> "CatalogueEntry":
        """Return the same revision in another state of persistence."""
        return replace(self, dirty_since=dirty_since, last_persisted=last_persisted)

    def compared(self, *, upstream_state: UpstreamState | None, origin_changed: bool | None) -> "CatalogueEntry":
        """Return the same revision as it stands to its source and to its original; itself when nothing is new."""
        if (upstream_state, origin_changed) == (self.upstream_state, self.origin_changed):
            return self
        return replace(self, upstream_state=upstream_state, origin_changed=origin_changed)

    def deleted(self, *, revision: int, at: datetime) -> "CatalogueEntry":
        return replace(self, revision=revision, deleted_at=at)

    def item(self, administrator: bool) -> dict[str, Any]:
        """Return the item of the REST contract; administrators also see the payload's GUID."""
        item: dict[str, Any] = orjson.loads(self.json(administrator))
        return item

    def json(self, administrator: bool) -> bytes:
        """Return the item as JSON, ready to be sent."""
        return self._administrator_json if administrator else self._json

    @cached_property
    def _json(self) -> bytes:
        return orjson.dumps(self._facts())

    @cached_property
    def _administrator_json(self) -> bytes:
        return b"%b,%b" % (self._json[:-1], orjson.dumps({"payload_guid": self.content.payload_guid})[1:])

    def etag(self, administrator: bool) -> str:
        """Return the entity tag: the revision, its states, and who it was rendered for."""
        moment = self.dirty_since or self.last_persisted
        state = f"{'d' if self.is_dirty else 'p'}{moment.timestamp() if moment else 0:.6f}"
        origin = {None: "", False: "=", True: "!"}[self.origin_changed]
        standing = f"{self.upstream_state or ''}{origin}"
        return f'"{self.revision}-{state}-{standing}-{"a" if administrator else "v"}"'

    def _facts(self) -> dict[str, Any]:
        content, lineage = self.content, self.content.cloned_from
        return {
            "assembly_guid": self.guid,
            "assembly_id": self.guid,
            "display_name": content.display_name,
            "summary": content.summary,
            "category": content.category,
            "assembly_kind": content.kind,
            "assembly_type": content.assembly_type,
            "version": content.version,
            "source": self.domain,
            "is_dirty": self.is_dirty,
            "dirty_since": self.dirty_since,
            "last_persisted": self.last_persisted,
            "revision": self.revision,
            "checksum": content.payload_sha256,
            "content_hash": content.content_hash,
            "payload_size_bytes": content.payload_size_bytes,
            "tags": content.tags,
            "metadata": content.metadata,
            "cloned_from": lineage.assembly_guid if lineage else None,
            "upstream_state": self.upstream_state,
            "origin_changed": self.origin_changed,
            "created_at": content.created_at,
            "updated_at": content.updated_at,
            "updated_by": content.updated_by,
            "deleted_at": self.deleted_at,
        }
