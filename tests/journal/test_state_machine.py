"""The library against a plain dictionary: any order of changes, flushes, crashes and replays comes to the same."""

from contextlib import ExitStack
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.db import transaction
from hypothesis import Phase
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from assemblies.actions import commit as commit_module
from assemblies.actions.change import Receipt
from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.discard import discard
from assemblies.actions.revert import revert
from assemblies.actions.update import update
from assemblies.catalogue import Catalogue
from assemblies.domains import Domain
from assemblies.errors import AssemblyNotFound, NothingPending
from assemblies.journal.chain import find_breaks
from assemblies.journal.flush import flush_domain
from assemblies.journal.pending import pending_writes
from assemblies.journal.replica import bring_up_to_date
from assemblies.models import replica_model
from assemblies.models.content import Content
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.effort import effort
from tests.permits import may_create, may_delete, may_discard, may_revert, may_update

pytestmark = pytest.mark.database

State = tuple[str, bytes]
texts = st.sampled_from(["a", "b", "c", "é", "\u202e"])
scripts = st.sampled_from([b"", b"echo 1\n", b"\xef\xbb\xbfecho\r\n", b"\x00\xff", b"lone\rcr"])
domains = st.sampled_from(list(Domain))


class PowerCut(Exception):
    """Stands for the process dying at that line."""


class LibraryMachine(RuleBasedStateMachine):
    """`live` is what must be readable, `persisted` what each domain database must hold."""

    store: PayloadStore
    guids = Bundle("guids")

    @initialize()
    def start(self) -> None:
        self.actor = Actor.of_command("machine")
        self.catalogue = Catalogue(interval=timedelta(seconds=60))
        self.live: dict[str, State] = {}
        self.domain: dict[str, Domain] = {}
        self.persisted: dict[Domain, dict[str, State]] = {domain: {} for domain in Domain}
        self.revisions: dict[str, list[tuple[int, State]]] = {}
        self.undo = ExitStack()
        for alias in ("default", *(domain.alias for domain in Domain)):
            self.undo.enter_context(RolledBack(alias))

    def teardown(self) -> None:
        if hasattr(self, "undo"):
            self.undo.close()

    def changed(self, receipt: Receipt, state: State) -> None:
        self.live[receipt.guid] = state
        if receipt.changed:
            self.revisions.setdefault(receipt.guid, []).append((receipt.revision, state))

    @rule(target=guids, name=texts, payload=scripts, domain=domains)
    def create(self, name: str, payload: bytes, domain: Domain) -> str:
        receipt = create(script(name, payload), domain=domain, permit=may_create(self.actor), store=self.store)
        self.domain[receipt.guid] = domain
        self.changed(receipt, (name, payload))
        return receipt.guid

    @rule(guid=guids, name=texts, payload=scripts)
    def update(self, guid: str, name: str, payload: bytes) -> None:
        if guid not in self.live:
            with pytest.raises(AssemblyNotFound):
                update(guid, {"display_name": name}, payload=payload, permit=may_update(self.actor), store=self.store)
            return
        receipt = update(guid, {"display_name": name}, payload=payload, permit=may_update(self.actor), store=self.store)
        assert receipt.changed == (self.live[guid] != (name, payload))
        self.changed(receipt, (name, payload))

    @rule(guid=guids, name=texts)
    def power_cut_before_the_commit(self, guid: str, name: str) -> None:
        if guid not in self.live or self.live[guid][0] == name:
            return
        with pytest.MonkeyPatch.context() as patch, pytest.raises(PowerCut):
            patch.setattr(commit_module, "record_success", cut_power)
            update(guid, {"display_name": name}, permit=may_update(self.actor), store=self.store)

    @rule(guid=guids)
    def delete(self, guid: str) -> None:
        if self.live.pop(guid, None) is None:
            with pytest.raises(AssemblyNotFound):
                delete(guid, permit=may_delete(self.actor))
        else:
            delete(guid, permit=may_delete(self.actor))

    @rule(guid=consumes(guids), pick=st.integers(0, 9))
    def revert(self, guid: str, pick: int) -> None:
        revision, state = self.revisions[guid][pick % len(self.revisions[guid])]
        self.changed(revert(guid, sequence=revision, permit=may_revert(self.actor), store=self.store), state)

    @rule(guid=guids)
    def discard(self, guid: str) -> None:
        before = self.persisted[self.domain[guid]].get(guid)
        try:
            receipt = discard(guid, permit=may_discard(self.actor), store=self.store)
        except NothingPending:
            assert self.live.get(guid) == before
            return
        if before is None:
            self.live.pop(guid, None)
        else:
            self.changed(receipt, before)

    @rule(domain=domains)
    def flush(self, domain: Domain) -> None:
        flush_domain(domain)
        self.hold(domain)

    @rule(domain=domains)
    def flush_and_power_cut_before_the_record(self, domain: Domain) -> None:
        bring_up_to_date(domain)
        bring_up_to_date(domain)
        self.check_replica(domain, self.of_domain(domain))
        flush_domain(domain)
        self.hold(domain)

    def read(self, content: Content) -> State:
        return content.display_name, self.store.read(content.payload)

    def of_domain(self, domain: Domain) -> dict[str, State]:
        return {guid: state for guid, state in self.live.items() if self.domain[guid] == domain}

    def hold(self, domain: Domain) -> None:
        self.persisted[domain] = self.of_domain(domain)

    def check_replica(self, domain: Domain, expected: dict[str, State]) -> None:
        rows = {row.guid: row.read_content() for row in replica_model(domain).objects.all()}
        assert {guid: told(content) for guid, content in rows.items()} == {
            guid: (name, sha256(payload).hexdigest()) for guid, (name, payload) in expected.items()
        }

    @invariant()
    def everything_acknowledged_is_readable(self) -> None:
        if not hasattr(self, "catalogue"):
            return
        entries = self.catalogue.current().entries
        alive = {guid: entry for guid, entry in entries.items() if entry.deleted_at is None}
        assert {guid: self.read(entry.content) for guid, entry in alive.items()} == self.live
        waiting = {write.guid for write in pending_writes()}
        assert {guid for guid, entry in entries.items() if entry.is_dirty} == waiting

    @invariant()
    def replicas_hold_what_was_flushed(self) -> None:
        if not hasattr(self, "catalogue"):
            return
        for domain in Domain:
            self.check_replica(domain, self.persisted[domain])
        assert list(find_breaks()) == []


def told(content: Content) -> tuple[str, str]:
    return content.display_name, content.payload.sha256


def cut_power(*_arguments: object, **_options: object) -> None:
    raise PowerCut


class RolledBack:
    """A block whose changes to one database are undone."""

    def __init__(self, alias: str) -> None:
        self.block = transaction.atomic(using=alias)
        # As in Django's own TestCase: a durable block may stand within this one.
        self.block._from_testcase = True  # type: ignore[attr-defined]
        self.alias = alias

    def __enter__(self) -> None:
        self.block.__enter__()

    def __exit__(self, *_error: object) -> None:
        transaction.set_rollback(True, using=self.alias)
        self.block.__exit__(None, None, None)


def run_machines(library: PayloadStore, **options: Any) -> None:
    LibraryMachine.store = library
    run_state_machine_as_test(
        LibraryMachine,
        settings=hypothesis_settings(
            max_examples=effort(gate=15, torture=1000), stateful_step_count=30, print_blob=False, **options
        ),
    )


def test_any_order_of_changes_flushes_and_crashes(library: PayloadStore) -> None:
    run_machines(library)


unharmed = update


def written_and_lost(*arguments: Any, **options: Any) -> Receipt:
    with RolledBack("default"):
        return unharmed(*arguments, **options)


@pytest.mark.parametrize(
    ("name", "planted"), [("update", written_and_lost), ("flush_domain", lambda _domain: None)], ids=["update", "flush"]
)
def test_what_is_lost_is_seen(library: PayloadStore, monkeypatch: pytest.MonkeyPatch, name: str, planted: Any) -> None:
    monkeypatch.setattr(f"{__name__}.{name}", planted)
    with pytest.raises(AssertionError):
        run_machines(library, database=None, phases=[Phase.generate], derandomize=True)
