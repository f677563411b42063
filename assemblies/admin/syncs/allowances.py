"""What somebody allows a sync to do, as a form says it: each is a box that is ticked or not."""

from dataclasses import dataclass, replace
from typing import TypedDict

from django.http import QueryDict

TICKED = "yes"


class Arguments(TypedDict):
    """Allowances as a sync takes them."""

    keep_local: bool
    allow_mass_removal: bool
    allow_rollback: bool


@dataclass(frozen=True, kw_only=True)
class Allowances:
    """The arguments of a sync that are for people to decide."""

    keep_local: bool = False
    allow_mass_removal: bool = False
    allow_rollback: bool = False

    @classmethod
    def asked(cls, form: QueryDict) -> "Allowances":
        return cls(**{name: form.get(name) == TICKED for name in cls.__dataclass_fields__})

    def arguments(self) -> Arguments:
        return Arguments(
            keep_local=self.keep_local,
            allow_mass_removal=self.allow_mass_removal,
            allow_rollback=self.allow_rollback,
        )

    def with_all(self, names: list[str]) -> "Allowances":
        """Return the same with those named, too."""
        return replace(self, **dict.fromkeys(names, True))
