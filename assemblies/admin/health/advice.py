"""What each kind of finding is called, and what to do about it."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

RESTORE = _(
    "Put it back with `restore_domains DIR --payloads-only`, which loses no later write. Until then it is not served."
)


@dataclass(frozen=True)
class Advice:
    """`of_assembly`: the subject of such a finding is an assembly's GUID."""

    title: Any
    words: Any
    of_assembly: bool = False


ADVICE = {
    "payload_missing": Advice(_("Payload missing"), RESTORE),
    "payload_corrupt": Advice(_("Payload damaged"), RESTORE),
    "payload_unreadable": Advice(_("Payload unreadable"), _("Repair the disk or the connection, then verify again.")),
    "payload_store": Advice(
        _("Payload store"),
        _("Mount its disk. Where it is lost, put a mirror's payloads back with `restore_domains DIR --payloads-only`."),
    ),
    "payload_orphan": Advice(_("Leftover payload"), _("No revision names it: the hourly sweep removes it.")),
    "working_copy": Advice(
        _("Working copy"),
        _("Run `manage.py prepare --rebuild-working-copy`: the journal tells what the row should be."),
        of_assembly=True,
    ),
    "replica": Advice(
        _("Domain database"),
        _("Run `manage.py prepare --rebuild-replica` with the domain's name, then flush: it is rebuilt."),
        of_assembly=True,
    ),
    "domain_database": Advice(
        _("Domain database"),
        _("Make its file readable and writable; one that is damaged is moved aside. Then run `manage.py prepare`."),
    ),
    "domain_state": Advice(
        _("Domain database"), _("Run `manage.py prepare`: what the database lacks is written to it again.")
    ),
    "watermark": Advice(
        _("Domain database"), _("Run `manage.py prepare`: it says what differs, and how the file or the journal wins.")
    ),
    "database": Advice(
        _("Database"), _("Repair the disk. Then put a mirror in place with `restore_domains DIR --replace`.")
    ),
    "annotation": Advice(
        _("Setting or note"), _("It was changed by another hand. Keep a copy, and find out who had access.")
    ),
    "journal": Advice(
        _("Journal"), _("The journal was changed by another hand. Keep a copy, then restore it from a backup.")
    ),
    "audit": Advice(_("Audit"), _("The audit was changed by another hand. Keep a copy, and find out who had access.")),
}
OTHERWISE = _("Look into engine.log, then verify again.")


def advice_on(kind: str) -> Advice:
    return ADVICE.get(kind, Advice(kind, OTHERWISE))
