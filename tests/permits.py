"""Permits that no early check gave out: what an action does with somebody who may not is decided on the locked row."""

from collections.abc import Callable

from assemblies.actions.permit import Permit
from assemblies.audit_events import LibraryEvent
from assemblies.permissions import Verb
from devmode.actor import Actor


def _permits(event: LibraryEvent, verb: Verb = Verb.CHANGE) -> Callable[[Actor], Permit]:
    return lambda actor: Permit(actor=actor, event=event, verb=verb)


may_create = _permits(LibraryEvent.CREATE)
may_update = _permits(LibraryEvent.UPDATE)
may_delete = _permits(LibraryEvent.DELETE)
may_clone = _permits(LibraryEvent.CLONE)
may_import = _permits(LibraryEvent.IMPORT)
may_revert = _permits(LibraryEvent.REVERT)
may_discard = _permits(LibraryEvent.DISCARD)
may_attach = _permits(LibraryEvent.ATTACH)
may_detach = _permits(LibraryEvent.DETACH)
may_tag_many = _permits(LibraryEvent.TAG_MANY)
may_categorise_many = _permits(LibraryEvent.CATEGORISE_MANY)
may_clone_many = _permits(LibraryEvent.CLONE_MANY)
may_delete_many = _permits(LibraryEvent.DELETE_MANY)
may_set = _permits(LibraryEvent.SET_SETTING)
may_unset = _permits(LibraryEvent.REMOVE_SETTING)
may_note = _permits(LibraryEvent.ADD_NOTE)
may_alias = _permits(LibraryEvent.ADD_ALIAS)
may_take_original = _permits(LibraryEvent.TAKE_ORIGINAL)
may_adopt_withdrawn = _permits(LibraryEvent.ADOPT_WITHDRAWN)
may_adopt = _permits(LibraryEvent.ADOPT)
may_sync = _permits(LibraryEvent.SYNC)
may_undo = _permits(LibraryEvent.UNDO_SYNC)
may_rekey = _permits(LibraryEvent.REKEY)
may_flush = _permits(LibraryEvent.FLUSH, Verb.REPLICATE)
may_schedule = _permits(LibraryEvent.CREATE_JOB, Verb.SCHEDULE)
may_run = _permits(LibraryEvent.RUN, Verb.RUN)


def may_administer(event: LibraryEvent = LibraryEvent.APPROVE_DEVICE) -> Permit:
    return Permit(actor=Actor.of_command("test"), event=event, verb=Verb.ADMINISTER)
