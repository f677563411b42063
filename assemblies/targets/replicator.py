"""Keep a copy on the assigned target, as long as it answers.

Local first, always: no run waits for anything here. One replicator copies at a time; should two meet, the rules of
`sql.push` keep the newer state.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from django.db.models import Q
from django.utils import timezone

from assemblies.errors import InvalidField
from assemblies.targets.administration import ALIAS
from assemblies.targets.assignment import find_assignment
from assemblies.targets.copying import Copying, NotOurs
from assemblies.targets.descriptor import tables_of
from assemblies.targets.errors import OwnDatabase
from assemblies.targets.models import PersistenceAssignment, State, StreamState
from assemblies.targets.outbox import begin_again
from assemblies.targets.schema import ensure_and_report
from assemblies.targets.sql.faults import Fault, TargetFault
from assemblies.targets.sql.opening import OpenTarget, open_target, probe
from devmode.write_lock import write_transaction

logger = logging.getLogger(f"borealis.engine.{__name__}")
HELD = timedelta(seconds=30)
PROBE_TRANSIENT, PROBE_STEADY = timedelta(seconds=5), timedelta(seconds=30)
TRANSIENT = {State.WAITING, State.ERROR}


class Replicator:
    """Copies for one assignment at a time; `is_over` says, between two batches, that it is to stop."""

    def __init__(self, is_over: Callable[[], bool] = lambda: False) -> None:
        self.is_over = is_over
        self.guid = str(uuid4())
        self.assignment: PersistenceAssignment | None = None
        self.engine: OpenTarget | None = None

    def work(self, *, probes: bool = False) -> bool:
        """Copy what is to be copied, after a probe where that is due. Returns whether the copying is this one's."""
        assignment = find_assignment()
        if self.assignment is None or assignment is None or assignment.guid != self.assignment.guid:
            self._disconnect()
            self.assignment = assignment
        try:
            if assignment is not None:
                self._copy(assignment, probes)
        except NotOurs:
            return False
        except TargetFault as error:
            self._tell(error)
        return assignment is not None

    def close(self) -> None:
        """Close the target, and let another replicator copy."""
        self._disconnect()
        if self.assignment is not None:
            with write_transaction(ALIAS):
                mine = PersistenceAssignment.objects.filter(holder=self.guid)
                mine.update(holder="", held_until=None)
            self.assignment = None

    def _copy(self, assignment: PersistenceAssignment, probes: bool) -> None:
        self._hold()
        states = list(StreamState.objects.filter(assignment_guid=assignment.guid))
        # After a restart nothing is open yet: what worked before is not waited for until its next probe.
        begins = self.engine is None and not any(state.state in TRANSIENT for state in states)
        if probes or begins or any(_is_probe_due(state, timezone.now()) for state in states):
            self._probe(assignment, states)
        if self.engine is None:
            return
        for state in StreamState.objects.filter(assignment_guid=assignment.guid):
            Copying(self.engine, state, self._hold).run()

    def _hold(self) -> None:
        """Claim the copying, or go on holding it, for HELD from now. Raises NotOurs, also when time is up."""
        if self.is_over():
            raise NotOurs
        guid, now = self.assignment.guid if self.assignment else "", timezone.now()
        rows = PersistenceAssignment.objects.filter(guid=guid)
        if rows.filter(holder=self.guid, held_until__gt=now + HELD / 2).exists():
            return
        with write_transaction(ALIAS):
            free = Q(holder__in=["", self.guid]) | Q(held_until__lt=now)
            if not rows.filter(free).update(holder=self.guid, held_until=now + HELD):
                raise NotOurs

    def _probe(self, assignment: PersistenceAssignment, states: Sequence[StreamState]) -> None:
        """Raise TargetFault unless the target answers. One that did not before has its tables made sure of."""
        with write_transaction(ALIAS):
            StreamState.objects.update(probed_at=timezone.now())
        if self.engine is None:
            self.engine = _opened(assignment)
        probe(self.engine)
        if any(state.state in TRANSIENT for state in states):
            self._come_online(assignment, self.engine)

    def _come_online(self, assignment: PersistenceAssignment, engine: OpenTarget) -> None:
        report = ensure_and_report(assignment.connection, engine, now=timezone.now())
        if not report.success:
            raise TargetFault(Fault.SCHEMA, {})
        with write_transaction(ALIAS):
            for state in StreamState.objects.filter(assignment_guid=assignment.guid):
                lost = {table.name for table in tables_of(state.stream)} & set(report.tables_created)
                if state.bootstrapped_at and lost:
                    # Another database than before, or one that was emptied.
                    begin_again(state)
                if state.state in TRANSIENT:
                    state.state = State.BOOTSTRAPPED if state.bootstrapped_at else State.BOOTSTRAPPING
                    state.last_error, state.error_detail = "", {}
                    state.save()

    def _tell(self, error: TargetFault) -> None:
        """Say on both streams that the target cannot be used, and begin with a new connection next time."""
        self._disconnect()
        logger.warning("replicator: %s", error)
        facts = {
            "state": State.WAITING if error.fault.passes else State.ERROR,
            "last_error": error.fault.value,
            "error_detail": dict(error.place),
        }
        with write_transaction(ALIAS):
            StreamState.objects.update(**facts)

    def _disconnect(self) -> None:
        if self.engine is not None:
            self.engine.dispose()
            self.engine = None


def _opened(assignment: PersistenceAssignment) -> OpenTarget:
    try:
        return open_target(assignment.connection)
    except OwnDatabase as error:
        raise TargetFault(Fault.OWN_DATABASE, {}) from error
    except InvalidField as error:
        # What the host resolves to has changed since it was assigned.
        raise TargetFault(Fault.NOT_ALLOWED, {"field": str(error.detail["field"])}) from error


def _is_probe_due(state: StreamState, now: datetime) -> bool:
    pause = PROBE_STEADY if state.state == State.BOOTSTRAPPED else PROBE_TRANSIENT
    return state.probed_at is None or now - state.probed_at >= pause
