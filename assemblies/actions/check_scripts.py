"""Check what nobody has looked at yet, and keep what is found: in the background, so that no save waits for it.

Any number of processes may do so at once. Two that check the same content find the same, and one of the rows stays.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from assemblies.checking import Subject, check_many
from assemblies.errors import Failure
from assemblies.models import Assembly, CheckResult, Content
from assemblies.payloads import PayloadStore
from assemblies.revisions.checks import subject_of
from devmode.write_lock import write_transaction

logger = logging.getLogger(f"borealis.engine.{__name__}")
BATCH = 100
# Somebody may go back to the release before.
KEPT_WITHOUT_USE = timedelta(days=30)


def check_unchecked(store: PayloadStore, *, is_stopped: Callable[[], bool] = lambda: False) -> int:
    """Check every live assembly without a result, as long as nobody stops it, and return how many contents those were.

    A payload that cannot be read is said in the log and tried again by the next call. Raises DatabaseError.
    """
    waiting = dict(CheckResult.objects.unchecked().values_list("content_hash", "guid"))
    guids, done = list(waiting.values()), 0
    for start in range(0, len(guids), BATCH):
        if is_stopped():
            break
        done += _check(guids[start : start + BATCH], store)
    return done


def forget_unused(*, now: datetime) -> None:
    """Remove the results of rules that were replaced a while ago."""
    old = CheckResult.objects.filter(checked_at__lt=now - KEPT_WITHOUT_USE)
    unused = old.exclude(pk__in=CheckResult.objects.current().values("pk"))
    if unused.exists():
        with write_transaction():
            unused.delete()


def _check(guids: Iterable[str], store: PayloadStore) -> int:
    subjects = dict(_readable(guids, store))
    reports = check_many(list(subjects.values()), is_thorough=True)
    now = timezone.now()
    results = [CheckResult.of(key, report, now) for key, report in zip(subjects, reports, strict=True)]
    with write_transaction():
        CheckResult.objects.bulk_create(results, ignore_conflicts=True)
    return len(results)


def _readable(guids: Iterable[str], store: PayloadStore) -> Iterator[tuple[str, Subject | None]]:
    """Yield the content hash and what there is to check of each assembly, as it is now."""
    for text in Assembly.objects.filter(guid__in=guids).values_list("content", flat=True):
        content = Content.from_json(text)
        try:
            yield content.content_hash, subject_of(content, store)
        except Failure as failure:
            logger.warning("check: %s", failure)
