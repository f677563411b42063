"""What happens in the demonstration. Each chapter calls the actions that a page or the API would call."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.utils import timezone

from assemblies.actions.add_note import add_note
from assemblies.actions.attach import attach
from assemblies.actions.change import Receipt
from assemblies.actions.check_scripts import check_unchecked
from assemblies.actions.clone import clone
from assemblies.actions.delete import delete
from assemblies.actions.discard import discard
from assemblies.actions.import_documents import OnConflict, import_documents
from assemblies.actions.permit import Permit, get_permit
from assemblies.actions.revert import revert
from assemblies.actions.saved_views import save_view
from assemblies.actions.selection import get_selection_permit, tag_many
from assemblies.actions.setting_rules import get_setting_permit
from assemblies.actions.settings import set_setting
from assemblies.actions.update import update
from assemblies.audit_events import LibraryEvent
from assemblies.demo.devices import enrol_devices
from assemblies.demo.documents import (
    WITHDRAWN,
    publish_catalogue,
    publish_update,
    publish_what_comes_next,
    read_documents,
)
from assemblies.demo.jobs import choose_target, schedule_jobs
from assemblies.demo.people import InDevMode, People, dev_mode_of
from assemblies.domains import Domain
from assemblies.errors import Refusal
from assemblies.execution.control import cancel_run_for, permit_cancel
from assemblies.execution.local import is_local_worker_on, place_of_runs
from assemblies.execution.models import Run
from assemblies.execution.subject import subject_of_assembly
from assemblies.execution.submission import RunOptions, submit
from assemblies.journal.flush import flush
from assemblies.models import Assembly, SettingCategory
from assemblies.official.adopt import adopt
from assemblies.official.open_source import open_source
from assemblies.official.sync import sync
from assemblies.official.undo import undo_sync
from assemblies.payloads import PayloadStore
from assemblies.permissions import Verb
from devmode.actor import Actor
from devmode.audit.events import AuditEvent
from devmode.grants import dev_mode

MAX_ATTACHMENT_BYTES = 64 * 1024
HOSTS = b"host,folder\nfs1,/srv/backup\nfs2,/srv/backup\n"
STRICTER = b'\n(( $(date +%s) - ${newest%%.*} < 86400 )) || { echo "It is older than a day." >&2; exit 1; }\n'
QUIETER = b"\n# Only findings are printed.\n"


class Story:
    """The chapters, and what they need to know of each other: the assemblies by the stems of their documents."""

    def __init__(self, people: People, store: PayloadStore, place: Path) -> None:
        self.people, self.store, self.place = people, store, place
        self.guids: dict[str, str] = {}

    def tell(self) -> None:
        self.operators_bring_their_scripts()
        self.catalogue_is_synchronised()
        self.community_is_filled()
        self.operators_work()
        self.people_say_what_they_think()
        self.catalogue_moves_on()
        self.somebody_may_not()
        flush()
        self.day_is_not_over()
        # In the background otherwise: the pages are to have something to say at once.
        check_unchecked(self.store)

    def operators_bring_their_scripts(self) -> None:
        """One of Olga's documents has a GUID that the official catalogue will publish."""
        for person in (self.people.olga, self.people.omar):
            person.sign_in()
            self.bring(f"user/{person.name}", Domain.USER, person.actor)

    def catalogue_is_synchronised(self) -> None:
        """The catalogue claims its GUID; Olga's script lives on under a new one, with the old one as an alias."""
        publish_catalogue(self.place)
        self.synchronise(Actor.of_command("sync_official"))
        self.guids |= {stem: str(document.guid) for stem, document in read_documents("official").items()}

    def community_is_filled(self) -> None:
        kim = dev_mode_of(self.people.kim, "Bring the user group's scripts into the community domain")
        self.bring("community", Domain.COMMUNITY, kim.actor)
        clocks = [self.guids["time-zone"], self.guids["time-servers"]]
        tag_many(clocks, "clocks", permit=get_selection_permit(clocks, actor=kim.actor, event=LibraryEvent.TAG_MANY))
        dev_mode.leave(kim.principal)
        flush()

    def operators_work(self) -> None:
        olga, omar = self.people.olga.actor, self.people.omar.actor
        self.work_on_the_backup_check()
        shares, experiment = self.guids["shares"], self.guids["experiment"]
        before = self.update(shares, {"timeout_seconds": 900}, actor=olga)
        self.delete(shares, actor=omar)
        self.revert(shares, sequence=before.revision, actor=olga)
        self.delete(experiment, actor=omar)
        kernel = self.guids["kernel-messages"]
        self.copy(kernel, "Kernel warnings, for the pager", actor=omar)
        self.copy(self.guids["certificate-days"], "Days left on our certificates", actor=olga)
        flush()
        self.update(self.guids["kiosk"], {"summary": "Not tried yet."}, actor=omar)
        self.discard(self.guids["kiosk"], actor=omar)

    def work_on_the_backup_check(self) -> None:
        """Several revisions by several people: a script, a summary, a file, an administrator, and a way back."""
        guid = self.guids["backup-check"]
        olga, omar, kim = self.people.olga.actor, self.people.omar.actor, self.people.kim.actor
        script = read_documents("user/olga")["backup-check"].payload
        self.update(guid, {}, payload=script + STRICTER, actor=omar)
        stricter = self.update(guid, {"summary": "Fails when the newest backup is older than a day."}, actor=olga)
        attach(
            guid,
            "hosts.csv",
            [HOSTS],
            mime_type="text/csv",
            max_bytes=MAX_ATTACHMENT_BYTES,
            permit=_permit(olga, LibraryEvent.ATTACH, guid),
            store=self.store,
        )
        self.update(guid, {"timeout_seconds": 120}, payload=script + STRICTER + QUIETER, actor=kim)
        self.revert(guid, sequence=stricter.revision, actor=olga)

    def people_say_what_they_think(self) -> None:
        olga, omar, kim = self.people.olga.actor, self.people.omar.actor, self.people.kim.actor
        backup, old = self.guids["backup-check"], self.guids["old-backup-check"]
        self.set(backup, SettingCategory.APPROVED, "staging", True, actor=omar)
        self.set(backup, SettingCategory.APPROVED, "production", {"ticket": 411}, actor=kim)
        self.set(backup, SettingCategory.APPROVED, "production", {"ticket": 418}, actor=kim)
        self.set(backup, SettingCategory.VARIABLE_DEFAULT, "BACKUP_FOLDER", "/srv/backup/nightly", actor=olga)
        self.set(old, SettingCategory.DEPRECATED, "reason", "Looks at one folder only", actor=olga)
        self.set(old, SettingCategory.REPLACED_BY, "assembly", backup, actor=olga)
        accepted = {"reason": "The folder contains the profile of the kiosk and nothing else."}
        self.set(self.guids["kiosk"], SettingCategory.SUPPRESSED_CHECK, "deletes-recursively", accepted, actor=omar)
        self.note(backup, "Restores were tried with this one; see the runbook.", actor=omar)
        self.note(old, "Kept until the file server at Hill is gone.", actor=olga)
        for person, stems in {
            self.people.vera: ("morning-check", "backup-check"),
            self.people.olga: ("backup-check", "greeting-page"),
            self.people.kim: ("failed-services",),
            self.people.ada: ("full-file-systems",),
        }.items():
            for stem in stems:
                self.set(self.guids[stem], SettingCategory.FAVOURITE, person.name, True, actor=person.actor)
        for person in self.people:
            save_view(person.user.pk, "Windows reports", "q=report&type=powershell")
        save_view(self.people.olga.user.pk, "My own, waiting", "domain=user&dirty=true")

    def catalogue_moves_on(self) -> None:
        """Kim repairs an official script; the next edition changes it, too, and is undone but for what was taken."""
        kim = dev_mode_of(self.people.kim, "Repair the certificate check, then take the new edition")
        certificate = self.guids["certificate-days"]
        self.update(
            certificate,
            {"summary": "Repaired here: also for ports behind the proxy."},
            actor=kim.actor,
        )
        publish_update(self.place)
        self.synchronise(kim.actor)
        self.synchronise_what_is_not_there(kim.actor)
        undo_sync(permit=get_permit(kim.actor, LibraryEvent.UNDO_SYNC, Domain.OFFICIAL), store=self.store)
        olga = self.people.olga.actor
        adopt(self.guids[WITHDRAWN], permit=get_permit(olga, LibraryEvent.ADOPT_WITHDRAWN, Domain.USER))
        publish_what_comes_next(self.place)
        self.ada_takes_over(kim)

    def ada_takes_over(self, kim: InDevMode) -> None:
        ada = dev_mode_of(self.people.ada, "See which of the updates we take")
        dev_mode.revoke(ada.principal, kim.grant.pk)
        dev_mode.extend(ada.principal)

    def somebody_may_not(self) -> None:
        """What is refused is audited as well."""
        with suppress(Refusal):
            self.update(self.guids["failed-services"], {"summary": "Ours"}, actor=self.people.olga.actor)
        with suppress(Refusal):
            self.delete(self.guids["time-zone"], actor=self.people.kim.actor)
        with suppress(dev_mode.Refusal):
            dev_mode.enter(self.people.vera.sign_in(), reason="Have a look", password="")

    def day_is_not_over(self) -> None:
        """What is left waiting to be written, in each domain."""
        kim = dev_mode_of(self.people.kim, "Point the checks at our runbook")
        self.bring("user-pending/olga", Domain.USER, self.people.olga.actor)
        for stem, summary in {
            "clock-drift": "Compares the clock with its time source. Runbook: clocks.",
            "page-timing": "Measures how long a page takes, from here. Runbook: web.",
        }.items():
            self.update(self.guids[stem], {"summary": summary}, actor=kim.actor)
        self.update(self.guids["backup-check"], {"timeout_seconds": 60}, actor=self.people.omar.actor)
        choose_target(kim.actor, now=timezone.now())
        enrol_devices(kim.actor)
        self.scripts_are_run(kim.actor)

    def scripts_are_run(self, kim: Actor) -> None:
        """What only looks is queued: the worker carries it out for real. One of them finds no backup, and fails.

        The last needs PowerShell, which most servers lack: there it waits, and says for what.
        """
        if not is_local_worker_on():
            return
        self.cancel(self.run("log-in-summary", "Who was here at the weekend?", actor=kim), "Asked the wrong server")
        for stem, reason in {"full-file-systems": "Disk alert", "backup-check": "Monday", "morning-check": ""}.items():
            self.run(stem, reason, actor=kim)
        self.run("printers", "Which printers are left?", actor=kim)
        schedule_jobs(self.guids, actor=kim, user=self.people.kim.user, store=self.store)

    def run(self, stem: str, reason: str, *, actor: Actor) -> Run:
        permit = get_permit(actor, LibraryEvent.RUN, place_of_runs(), verb=Verb.RUN)
        subject = subject_of_assembly(self.guids[stem], None, store=self.store)
        return submit(subject, RunOptions(reason=reason), permit=permit, run_id=str(uuid4()))

    def cancel(self, run: Run, reason: str) -> None:
        cancel_run_for(run, permit=permit_cancel(self.people.kim.actor, run.actor), reason=reason)

    def bring(self, folder: str, domain: Domain, actor: Actor) -> None:
        documents = read_documents(folder)
        receipts = import_documents(
            list(documents.values()),
            domain=domain,
            on_conflict=OnConflict.FAIL,
            permit=get_permit(actor, LibraryEvent.IMPORT, domain),
            store=self.store,
        )
        self.guids |= {stem: receipt.guid for stem, receipt in zip(documents, receipts, strict=True)}

    def synchronise(self, actor: Actor) -> None:
        permit = get_permit(actor, LibraryEvent.SYNC, Domain.OFFICIAL)
        sync(open_source(str(self.place)), permit=permit, store=self.store, keep_local=True)

    def synchronise_what_is_not_there(self, actor: Actor) -> None:
        """A mistyped source is refused, and the refusal is on record."""
        with suppress(Refusal):
            permit = get_permit(actor, LibraryEvent.SYNC, Domain.OFFICIAL)
            sync(open_source(f"{self.place}-old"), permit=permit, store=self.store)

    def update(self, guid: str, fields: Mapping[str, Any], *, actor: Actor, payload: bytes | None = None) -> Receipt:
        permit = _permit(actor, LibraryEvent.UPDATE, guid)
        return update(guid, fields, payload=payload, permit=permit, store=self.store)

    def delete(self, guid: str, *, actor: Actor) -> None:
        delete(guid, permit=_permit(actor, LibraryEvent.DELETE, guid))

    def revert(self, guid: str, *, sequence: int, actor: Actor) -> None:
        revert(guid, sequence=sequence, permit=_permit(actor, LibraryEvent.REVERT, guid), store=self.store)

    def discard(self, guid: str, *, actor: Actor) -> None:
        discard(guid, permit=_permit(actor, LibraryEvent.DISCARD, guid), store=self.store)

    def copy(self, guid: str, display_name: str, *, actor: Actor) -> None:
        permit = get_permit(actor, LibraryEvent.CLONE, Domain.USER, guid=guid)
        clone(guid, domain=Domain.USER, permit=permit, display_name=display_name)

    def note(self, guid: str, words: str, *, actor: Actor) -> None:
        add_note(guid, words, permit=_permit(actor, LibraryEvent.ADD_NOTE, guid))

    def set(self, guid: str, category: SettingCategory, key: str, value: Any, *, actor: Actor) -> None:
        permit = get_setting_permit(actor, LibraryEvent.SET_SETTING, _domain_of(guid), category, key, guid=guid)
        set_setting(guid, category, key, value, permit=permit)


def _permit(actor: Actor, event: AuditEvent, guid: str) -> Permit:
    """Return the permit to change one assembly where it is."""
    return get_permit(actor, event, _domain_of(guid), guid=guid)


def _domain_of(guid: str) -> Domain:
    return Domain(Assembly.objects.values_list("domain", flat=True).get(guid=guid))
