"""What is wrong with this installation, in words, each with the command that repairs it.

Cheap questions only, so that the answer is there within seconds; `verify` reads every byte. One question that cannot be
answered hides no other.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.contrib.auth.models import User
from django.core.checks import run_checks
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

from assemblies.checks import OF_SETTINGS
from assemblies.databases import DEFAULT, REPLICAS
from assemblies.domains import Domain
from assemblies.errors import LibraryIncomplete
from assemblies.inspection.belonging import require_whole
from assemblies.inspection.health.databases import MISSING, database_facts
from assemblies.inspection.health.lag import Lag, replica_lags
from assemblies.inspection.health.parts import store_facts, trouble_with
from assemblies.inspection.verify.finding import find_content
from assemblies.journal.append import entry_hash
from assemblies.journal.chain import find_head
from assemblies.journal.space import changes_have_room
from assemblies.models import JournalEntry
from assemblies.payloads import PayloadStore
from devmode.accounts.secret_key import SecretKeyDiffers, require_same_key
from devmode.disk_faults import DiskFault
from devmode.stand_in import find_copied_fault

NEWEST_ENTRIES = 50
REMEDIES = {
    DiskFault.FULL: "df -h",
    DiskFault.READ_ONLY: "dmesg; mount -o remount,rw",
    DiskFault.NO_ACCESS: "chown -R",
    DiskFault.TOO_MANY_FILES: "ulimit -n 8192",
    DiskFault.FAILING: "manage.py mirror_domains DIR",
}
CLOCK_TOLERANCE = timedelta(seconds=60)


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong, what it is about, and the command or the deed that repairs it."""

    subject: str
    words: str
    remedy: str

    def json(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Examined:
    """What is looked at, and when."""

    store: PayloadStore
    flush_interval: timedelta
    now: datetime


def examine(examined: Examined) -> list[Diagnosis]:
    """Return everything that is wrong; nothing is changed."""
    found = [*_asked(_databases, examined), *_asked(_whole, examined), *_asked(_system, examined)]
    if any(diagnosis.subject == DEFAULT for diagnosis in found):
        return found
    return found + [diagnosis for question in QUESTIONS for diagnosis in _asked(question, examined)]


def _asked(question: Callable[[Examined], Iterator[Diagnosis]], examined: Examined) -> list[Diagnosis]:
    answers: list[Diagnosis] = []
    trouble = trouble_with(lambda: answers.extend(question(examined)))
    return [*answers, Diagnosis(DEFAULT, trouble, "manage.py verify_library")] if trouble else answers


def _databases(_examined: Examined) -> Iterator[Diagnosis]:
    for facts in database_facts():
        if facts.trouble:
            yield Diagnosis(facts.alias, facts.trouble, _remedy(facts.alias, facts.trouble))


def _remedy(alias: str, trouble: str) -> str:
    if fault := next((fault for fault in DiskFault if trouble == fault.advice), None):
        return REMEDIES[fault]
    if trouble == MISSING or alias in REPLICAS:
        return "manage.py prepare"
    return "manage.py restore_domains DIR --replace"


def _whole(examined: Examined) -> Iterator[Diagnosis]:
    try:
        require_whole(examined.store, settings.LIBRARY_ID)
    except LibraryIncomplete as failure:
        yield Diagnosis("library", failure.message, "manage.py restore_domains DIR --replace")


def _schema(_examined: Examined) -> Iterator[Diagnosis]:
    for alias in connections:
        applied = set(MigrationRecorder(connections[alias]).applied_migrations())
        if _known_migrations() - applied:
            yield Diagnosis(alias, _("The database has the schema of an earlier version."), "manage.py prepare")


@lru_cache(maxsize=1)
def _known_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def _secret_key(_examined: Examined) -> Iterator[Diagnosis]:
    try:
        require_same_key()
    except SecretKeyDiffers as error:
        yield Diagnosis("secret.key", str(error), "manage.py prepare --adopt-secret-key")


def _store(examined: Examined) -> Iterator[Diagnosis]:
    facts = store_facts(examined.store, counts=False)
    if facts.trouble:
        yield Diagnosis("payloads", facts.trouble, "manage.py restore_domains DIR --payloads-only")
    elif lost := _lost_payloads(examined.store):
        words = _("Payloads of the newest revisions are missing: %s") % ", ".join(lost)
        yield Diagnosis("payloads", words, "manage.py restore_domains DIR --payloads-only")
    if fault := find_copied_fault():
        yield Diagnosis("disk", fault.advice, REMEDIES[fault])
    elif not changes_have_room() or (facts.room and facts.room.is_low):
        yield Diagnosis("disk", _("There is too little room on the disk, so changes are refused."), "df -h")


def _lost_payloads(store: PayloadStore) -> list[str]:
    entries = JournalEntry.objects.exclude(content="").order_by("-sequence")[:NEWEST_ENTRIES]
    contents = [content for entry in entries if (content := find_content(entry))]
    named = {reference.guid for content in contents for reference in content.references}
    return sorted(guid for guid in named if not store.has(guid))


def _flush(examined: Examined) -> Iterator[Diagnosis]:
    for lag in replica_lags(interval=examined.flush_interval, now=examined.now):
        if words := _lag_words(lag):
            yield Diagnosis(Domain(lag.domain).alias, words, "manage.py flush_writes")


def _lag_words(lag: Lag) -> str:
    if lag.attempts and lag.pending:
        return lag.last_error
    return _("Changes should have been written to it long ago: nobody flushes.") if lag.is_overdue else ""


def _journal(examined: Examined) -> Iterator[Diagnosis]:
    newest = list(JournalEntry.objects.order_by("-sequence")[:NEWEST_ENTRIES])
    head = (newest[0].sequence, newest[0].hash) if newest else (0, "")
    if head != find_head() or any(entry.hash != entry_hash(entry) for entry in newest):
        yield Diagnosis("journal", _("The end of the journal does not hold together."), "manage.py verify_library")
    if newest and newest[0].recorded_at > examined.now + CLOCK_TOLERANCE:
        yield Diagnosis("clock", _("The clock was set back: the newest change is of a later time."), "timedatectl")


def _people(_examined: Examined) -> Iterator[Diagnosis]:
    if not User.objects.filter(is_superuser=True, is_active=True).exists():
        yield Diagnosis("accounts", _("There is no active administrator."), "manage.py createsuperuser")


def _system(_examined: Examined) -> Iterator[Diagnosis]:
    # Not the checks of the code: those load every page, and are what `manage.py check` is for.
    for message in run_checks(tags=OF_SETTINGS):
        if not message.is_silenced():
            yield Diagnosis(str(message.id or "settings"), message.msg, message.hint or "manage.py show_config")


QUESTIONS = (_schema, _secret_key, _store, _flush, _journal, _people)
