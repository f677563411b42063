"""Records whose JSON outlives the release that wrote it: read by earlier and by later releases alike."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import cache
from typing import Any, Self, TypeVar

Kept = TypeVar("Kept")


@dataclass(frozen=True, kw_only=True)
class Versioned:
    """A record that is kept as a JSON object for ever; its version is the set of keys it has.

    A field without a default is a key of the first release, which every text has. A field with a default is a key of a
    later release: a text lacks it while it has its default, so that what an earlier release wrote is written back byte
    for byte. Keys that this release does not know are in `unknown` and are written back as they were read.
    """

    unknown: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the JSON object, one level deep."""
        values = {name: getattr(self, name) for name in _keys(type(self))}
        optional = _optional(type(self)).items()
        at_default = {name for name, default in optional if values[name] == default}
        return {**self.unknown, **{name: value for name, value in values.items() if name not in at_default}}

    @property
    def later_keys(self) -> dict[str, Any]:
        """What the record says by keys that the first release did not have, as `dataclasses.replace` takes it."""
        return {"unknown": self.unknown, **{name: getattr(self, name) for name in _optional(type(self))}}

    @classmethod
    def of_json(cls, facts: Mapping[str, Any]) -> Self:
        """Read a JSON object. Raises TypeError when a key that every text has is missing."""
        unknown = facts.keys() - _keys(cls)
        if not unknown:
            return cls(**facts)
        known = {name: value for name, value in facts.items() if name not in unknown}
        return cls(**known, unknown={name: facts[name] for name in unknown})


def _once_per_type(find: Callable[[type[Versioned]], Kept]) -> Callable[[type[Versioned]], Kept]:
    return cache(find)  # type: ignore[return-value]  # mypy takes the hash of a type for that of its instances


@_once_per_type
def _keys(kind: type[Versioned]) -> set[str]:
    return kind.__dataclass_fields__.keys() - {"unknown"}


@_once_per_type
def _optional(kind: type[Versioned]) -> Mapping[str, Any]:
    """Return the keys that a text may lack, with what they are then."""
    return {
        one.name: one.default_factory() if one.default_factory is not MISSING else one.default
        for one in fields(kind)
        if one.name != "unknown" and not (one.default is MISSING and one.default_factory is MISSING)
    }
