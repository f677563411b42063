"""One assembly as the catalogue holds it: the fields that filters ask for, and its JSON, rendered once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from sys import intern
from typing import Any

import orjson

from assemblies.catalogue.folders import folder_of, with_parents
from assemblies.documents.searchable import folded
from assemblies.domains import UpstreamState
from assemblies.models import Content

# No search term contains it.
SECTION_END = "\x1f"


# The value of a filter by what is either so or not.
YES = "true"


def facet_key(name: str, value: str) -> str:
    """Return the name of one value of one filter; equal ones are one string, however many entries have it."""
    return intern(f"{name}={folded(value) if name == 'tag' else value}")


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
        return folded(self.content.display_name)

    @cached_property
    def facet_keys(self) -> tuple[str, ...]:
        """What the entry counts for in each filter. Tags are a document's list of words, or an object's keys."""
        tags = dict.fromkeys(folded(str(tag)) for tag in self.content.tags)
        return (*self._facet_keys(), *(facet_key("tag", tag) for tag in tags))

    @cached_property
    def search_key(self) -> str:
        """What words are looked for in, in sections: name, tags, variables, summary."""
        content = self.content
        words = (str(v.get(name) or "") for v in content.variables for name in ("name", "label", "description"))
        sections = content.display_name, "\n".join(map(str, content.tags)), "\n".join(words), content.summary
        return folded(SECTION_END.join(sections))

    def _facet_keys(self) -> Iterator[str]:
        content = self.content
        yield facet_key("domain", self.domain)
        yield facet_key("kind", content.kind)
        yield facet_key("type", content.assembly_type)
        if content.category:
            yield facet_key("category", content.category)
        for folder in with_parents(folder_of(content)):
            yield facet_key("folder", folder)
        for system in content.operating_systems:
            yield facet_key("operating_system", system)
        if self.is_dirty:
            yield facet_key("dirty", YES)
        if self.upstream_state:
            yield facet_key("upstream_state", self.upstream_state)
        if self.origin_changed:
            yield facet_key("origin_changed", YES)

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
        if not administrator:
            return self._json
        # Kept once, for every reader: what administrators see in addition is the last key.
        return b'%s,"payload_guid":%s}' % (self._json[:-1], orjson.dumps(self.content.payload_guid))

    @cached_property
    def _json(self) -> bytes:
        return _rendered(self._facts())

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
            "operating_systems": content.operating_systems,
            "metadata": content.metadata,
            "cloned_from": lineage.assembly_guid if lineage else None,
            "upstream_state": self.upstream_state,
            "origin_changed": self.origin_changed,
            "created_at": content.created_at,
            "updated_at": content.updated_at,
            "updated_by": content.updated_by,
            "deleted_at": self.deleted_at,
        }


def _rendered(facts: dict[str, Any]) -> bytes:
    """Return an item as JSON, in as much memory as it has bytes: what the encoder returns takes several times that."""
    return bytes(memoryview(orjson.dumps(facts)))


MAX_SHARED_CHARACTERS = 100
SINGLE = ("assembly_type", "category", "created_at", "created_by", "updated_at", "updated_by", "type_name")
NESTED = ("metadata", "sites", "extra", "envelope_extra", "variables", "tags")


def shared(content: Content) -> Content:
    """Return a content that was read just now, its values replaced by equal ones: no dataclass is made again."""
    values = vars(content)
    for name in SINGLE:
        values[name] = intern(values[name])
    for name in NESTED:
        if value := values[name]:
            values[name] = _shared(value)
    return content


def _shared(value: Any) -> Any:
    if isinstance(value, str):
        return intern(value) if len(value) <= MAX_SHARED_CHARACTERS else value
    if isinstance(value, dict):
        return {intern(name): _shared(one) for name, one in value.items()}
    return [_shared(one) for one in value] if isinstance(value, list) else value
