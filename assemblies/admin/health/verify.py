"""Verify the whole library, with progress, and say of each finding what to do about it.

What was found is kept in the caller's session for the page."""

from dataclasses import dataclass
from typing import Any

from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from assemblies.admin.page import refusals_as_pages, render_page, require_administrator
from assemblies.admin.progress import progress_answer
from assemblies.audit_events import LibraryEvent
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.errors import LibraryUnavailable
from assemblies.inspection.verify import Verification, verify_library
from assemblies.progress import Track

RESTORE = gettext_lazy(
    "Put it back with `restore_domains DIR --payloads-only`, which loses no later write. Until then it is not served."
)


@dataclass(frozen=True)
class Advice:
    """`of_assembly`: the subject of such a finding is an assembly's GUID."""

    title: Any
    words: Any
    of_assembly: bool = False


ADVICE = {
    "payload_missing": Advice(gettext_lazy("Payload missing"), RESTORE),
    "payload_corrupt": Advice(gettext_lazy("Payload damaged"), RESTORE),
    "payload_unreadable": Advice(
        gettext_lazy("Payload unreadable"), gettext_lazy("Repair the disk or the connection, then verify again.")
    ),
    "payload_store": Advice(
        gettext_lazy("Payload store"),
        gettext_lazy(
            "Mount its disk. Where it is lost, put a mirror's payloads back with `restore_domains DIR --payloads-only`."
        ),
    ),
    "payload_orphan": Advice(
        gettext_lazy("Leftover payload"), gettext_lazy("No revision names it: the hourly sweep removes it.")
    ),
    "working_copy": Advice(
        gettext_lazy("Working copy"),
        gettext_lazy("Run `manage.py prepare --rebuild-working-copy`: the journal tells what the row should be."),
        of_assembly=True,
    ),
    "replica": Advice(
        gettext_lazy("Domain database"),
        gettext_lazy("Run `manage.py prepare --rebuild-replica` with the domain's name, then flush: it is rebuilt."),
        of_assembly=True,
    ),
    "domain_database": Advice(
        gettext_lazy("Domain database"),
        gettext_lazy(
            "Make its file readable and writable; one that is damaged is moved aside. Then run `manage.py prepare`."
        ),
    ),
    "domain_state": Advice(
        gettext_lazy("Domain database"),
        gettext_lazy("Run `manage.py prepare`: what the database lacks is written to it again."),
    ),
    "watermark": Advice(
        gettext_lazy("Domain database"),
        gettext_lazy("Run `manage.py prepare`: it says what differs, and how the file or the journal wins."),
    ),
    "database": Advice(
        gettext_lazy("Database"),
        gettext_lazy("Repair the disk. Then put a mirror in place with `restore_domains DIR --replace`."),
    ),
    "annotation": Advice(
        gettext_lazy("Setting or note"),
        gettext_lazy("It was changed by another hand. Keep a copy, and find out who had access."),
    ),
    "journal": Advice(
        gettext_lazy("Journal"),
        gettext_lazy("The journal was changed by another hand. Keep a copy, then restore it from a backup."),
    ),
    "audit": Advice(
        gettext_lazy("Audit"),
        gettext_lazy("The audit was changed by another hand. Keep a copy, and find out who had access."),
    ),
}
OTHERWISE = gettext_lazy("Look into engine.log, then verify again.")


def advice_on(kind: str) -> Advice:
    return ADVICE.get(kind, Advice(kind, OTHERWISE))


KEPT = "library_verification"
# A session is read with every request; `verify_library --json` has no such limit.
MAX_KEPT = 200


@dataclass(frozen=True)
class Row:
    """A finding with what to do about it."""

    subject: str
    detail: str
    advice: Advice

    @property
    def is_assembly(self) -> bool:
        return self.advice.of_assembly and self.subject not in Domain


@require_POST
@refusals_as_pages
def health_verify(request: HttpRequest) -> HttpResponseBase:
    require_administrator(request, LibraryEvent.VERIFY)
    session, key = type(request.session), request.session.session_key

    def work(track: Track) -> str:
        _keep(session(key), verify_library(payload_store(), now=timezone.now(), track=track))
        return reverse("admin:health_verification")

    return progress_answer(request, work, back=reverse("admin:health_page"))


def _keep(session: SessionBase, result: Verification) -> None:
    """Keep the outcome in a session that is still there: what was ended, or got another key, must not come back."""
    try:
        session[KEPT] = _kept(result)
        if session.session_key is None:
            raise UpdateError
        session.save()
    except UpdateError as error:
        raise LibraryUnavailable(_("Your session ended while this ran. Verify once more.")) from error


@require_safe
@refusals_as_pages
def health_verification(request: HttpRequest) -> HttpResponse:
    """Show what the session's last verification found."""
    require_administrator(request)
    kept = request.session.get(KEPT)
    context: dict[str, Any] = {"kept": kept}
    if kept:
        context |= {
            "verified_at": parse_datetime(kept["verified_at"]),
            "findings": _rows(kept["findings"]),
            "notes": _rows(kept["notes"]),
            "more": kept["count"] - len(kept["findings"]),
            "checked": _counts(kept["checked"]),
        }
    return render_page(request, "library/health/verification.html", title=_("Verification"), **context)


def _kept(result: Verification) -> dict[str, Any]:
    facts = result.json()
    return {
        "verified_at": timezone.now().isoformat(),
        "count": len(result.findings),
        "findings": facts["findings"][:MAX_KEPT],
        "notes": facts["notes"][:MAX_KEPT],
        "checked": facts["checked"],
        "heads": facts["heads"],
    }


def _rows(findings: list[dict[str, str]]) -> list[Row]:
    return [Row(finding["subject"], finding["detail"], advice_on(finding["kind"])) for finding in findings]


def _counts(checked: dict[str, int]) -> list[tuple[str, bool, int]]:
    """Return what was looked at, in words, whether it is a number of bytes, and how much of it."""
    words = {
        "assemblies": _("Assemblies"),
        "official_rows": _("Rows in the official database"),
        "community_rows": _("Rows in the community database"),
        "user_rows": _("Rows in the user-created database"),
        "payloads": _("Payloads read"),
        "payload_bytes": _("Bytes read"),
        "journal_entries": _("Journal entries"),
        "audit_entries": _("Audit entries"),
    }
    return [(words[name], name == "payload_bytes", checked[name]) for name in words if name in checked]
