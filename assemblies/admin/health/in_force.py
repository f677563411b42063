"""The settings that matter to the operator of the library, in words; none of them is a secret."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


@dataclass(frozen=True)
class InForce:
    """One setting by its name in the environment, what it is for, and its value."""

    name: str
    meaning: Any
    value: str


def settings_in_force() -> list[InForce]:
    return [
        InForce("BOREALIS_PUBLIC_URL", _("The address that browsers use"), settings.PUBLIC_URL),
        _lasting("FLUSH_INTERVAL_SECONDS", _("A change waits at most this long for its database")),
        _lasting("DEV_MODE_TTL_SECONDS", _("Dev Mode ends this long after its last use")),
        _lasting("DEV_MODE_MAX_SECONDS", _("Dev Mode ends after this long at the latest")),
        _lasting("RECENT_LOGIN_SECONDS", _("A log-in this fresh needs no password to enter Dev Mode")),
        _sized("MAX_DOCUMENT_BYTES", _("The largest script or workflow")),
        _sized("MAX_ATTACHMENT_BYTES", _("The largest file of an assembly")),
        InForce("BOREALIS_OFFICIAL_MAX_AGE_DAYS", _("The oldest official version that is taken"), _age_words()),
        InForce("BOREALIS_OFFICIAL_SIGNING_KEYS", _("Who must have signed the official source"), _keys_words()),
        InForce(
            "BOREALIS_DEBUG", _("Errors are shown with their insides"), str(_("yes") if settings.DEBUG else _("no"))
        ),
    ]


def _lasting(name: str, meaning: Any) -> InForce:
    count = int(getattr(settings, name))
    return InForce(f"BOREALIS_{name}", meaning, ngettext("%d second", "%d seconds", count) % count)


def _sized(name: str, meaning: Any) -> InForce:
    return InForce(f"BOREALIS_{name}", meaning, filesizeformat(getattr(settings, name)))


def _age_words() -> str:
    days = settings.OFFICIAL_MAX_AGE_DAYS
    return ngettext("%d day", "%d days", days) % days if days else str(_("any"))


def _keys_words() -> str:
    keys = len(settings.OFFICIAL_SIGNING_KEYS)
    return (
        ngettext("%d pinned key", "%d pinned keys", keys) % keys if keys else str(_("nobody: signatures are not asked"))
    )
