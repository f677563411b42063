"""How every part stands: databases, replicas, payloads, chains, flusher, official source; and the settings in force."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from assemblies.admin.page import refusals_as_pages, render_page, require_administrator
from assemblies.admin.queue import overdue
from assemblies.audit_events import LibraryEvent
from assemblies.catalogue import Snapshot, domain_queues, library_catalogue
from assemblies.companion_states import State, companion_states
from assemblies.conf import flush_interval, payload_store
from assemblies.execution.figures import find_queue_figures
from assemblies.inspection.doctor import Examined, examine
from assemblies.inspection.health.databases import database_facts, quick_checks
from assemblies.inspection.health.lag import replica_lags
from assemblies.inspection.health.parts import store_facts
from assemblies.journal import chain
from assemblies.models import JournalHead, SyncRecord
from devmode import audit


@require_safe
@refusals_as_pages
def health_page(request: HttpRequest) -> HttpResponse:
    require_administrator(request)
    return _page(request, None)


@require_POST
@refusals_as_pages
def health_check(request: HttpRequest) -> HttpResponse:
    """Answer with the page and what each database says of its own pages; nothing is changed or kept."""
    require_administrator(request, LibraryEvent.CHECK)
    return _page(request, quick_checks())


def _page(request: HttpRequest, checks: dict[str, list[str]] | None) -> HttpResponse:
    databases = database_facts()
    can_ask = not databases[0].trouble
    context: dict[str, Any] = {
        "databases": [(facts, checks.get(facts.alias) if checks is not None else None) for facts in databases],
        "has_checks": checks is not None,
        "payloads": store_facts(payload_store()),
        "companions": companion_states(),
        "runs": find_queue_figures(now=timezone.now()),
        "settings": settings_in_force(),
        "now": timezone.now(),
        **(_of_journal() if can_ask else {}),
    }
    context["diagnoses"] = examine(Examined(store=payload_store(), flush_interval=flush_interval(), now=context["now"]))
    context["is_well"] = can_ask and not context["diagnoses"] and _is_well(context, checks)
    return render_page(request, "library/health/page.html", title=_("Health"), **context)


def _of_journal() -> dict[str, Any]:
    snapshot = library_catalogue().current()
    sequence, digest = chain.find_head()
    now = timezone.now()
    lags = replica_lags(interval=flush_interval(), now=now)
    return {
        "journal_id": JournalHead.objects.values_list("journal_id", flat=True).filter(id=1).first() or "",
        "journal_head": {"sequence": sequence, "hash": digest},
        "audit_head": dict(zip(("sequence", "hash"), audit.find_head(), strict=True)),
        "lags": lags,
        "overdue": overdue(domain_queues(snapshot), now),
        "next_flush_at": snapshot.queue["next_flush_at"],
        "last_attempt_at": max((lag.last_attempt_at for lag in lags if lag.last_attempt_at), default=None),
        "current": _current_payloads(snapshot),
        "last_sync": SyncRecord.objects.filter(outcome=SyncRecord.Outcome.DONE).first(),
        "last_refusal": SyncRecord.objects.filter(outcome=SyncRecord.Outcome.REFUSED).first(),
    }


def _current_payloads(snapshot: Snapshot) -> dict[str, int]:
    """Return how many payloads the assemblies name as they are now, and their bytes; history names more."""
    facts: dict[str, int] = snapshot.lists.get("current payloads", lambda: _count_payloads(snapshot))
    return facts


def _count_payloads(snapshot: Snapshot) -> dict[str, int]:
    live = [entry.content for entry in snapshot.entries.values() if entry.deleted_at is None]
    sizes = {content.payload_guid: content.payload_size_bytes for content in live}
    sizes |= {facts.payload_guid: facts.size_bytes for content in live for facts in content.files}
    return {"count": len(sizes), "bytes": sum(sizes.values())}


def _is_well(context: dict[str, Any], checks: dict[str, list[str]] | None) -> bool:
    payloads = context["payloads"]
    return not (
        any(facts.trouble for facts, _found in context["databases"])
        or any((checks or {}).values())
        or payloads.trouble
        or (payloads.room and payloads.room.is_low)
        or any(companion.state is not State.RUNNING for companion in context["companions"].values())
        or context["overdue"]
        or any(lag.attempts for lag in context["lags"])
    )


@dataclass(frozen=True)
class InForce:
    """One setting by its name in the environment, what it is for, and its value."""

    name: str
    meaning: Any
    value: str


def settings_in_force() -> list[InForce]:
    return [
        InForce("BOREALIS_PUBLIC_URL", gettext_lazy("The address that browsers use"), settings.PUBLIC_URL),
        _lasting("FLUSH_INTERVAL_SECONDS", gettext_lazy("A change waits at most this long for its database")),
        _lasting("DEV_MODE_TTL_SECONDS", gettext_lazy("Dev Mode ends this long after its last use")),
        _lasting("DEV_MODE_MAX_SECONDS", gettext_lazy("Dev Mode ends after this long at the latest")),
        _lasting("RECENT_LOGIN_SECONDS", gettext_lazy("A log-in this fresh needs no password to enter Dev Mode")),
        _sized("MAX_DOCUMENT_BYTES", gettext_lazy("The largest script or workflow")),
        _sized("MAX_ATTACHMENT_BYTES", gettext_lazy("The largest file of an assembly")),
        InForce(
            "BOREALIS_OFFICIAL_MAX_AGE_DAYS", gettext_lazy("The oldest official version that is taken"), _age_words()
        ),
        InForce(
            "BOREALIS_OFFICIAL_SIGNING_KEYS", gettext_lazy("Who must have signed the official source"), _keys_words()
        ),
        InForce(
            "BOREALIS_DEBUG",
            gettext_lazy("Errors are shown with their insides"),
            str(gettext_lazy("yes") if settings.DEBUG else gettext_lazy("no")),
        ),
    ]


def _lasting(name: str, meaning: Any) -> InForce:
    count = int(getattr(settings, name))
    return InForce(f"BOREALIS_{name}", meaning, ngettext("%d second", "%d seconds", count) % count)


def _sized(name: str, meaning: Any) -> InForce:
    return InForce(f"BOREALIS_{name}", meaning, filesizeformat(getattr(settings, name)))


def _age_words() -> str:
    days = settings.OFFICIAL_MAX_AGE_DAYS
    return ngettext("%d day", "%d days", days) % days if days else str(gettext_lazy("any"))


def _keys_words() -> str:
    keys = len(settings.OFFICIAL_SIGNING_KEYS)
    return (
        ngettext("%d pinned key", "%d pinned keys", keys) % keys
        if keys
        else str(gettext_lazy("nobody: signatures are not asked"))
    )
