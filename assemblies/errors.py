"""Errors as named facts.

A Refusal is about the request and leaves everything as it was; a Failure is about the library's own state. Each class
is one fact; `default_message` is what a person reads when the raiser has nothing better to say, and is translated.
`assemblies.web.errors` maps facts to HTTP statuses; commands print them. No fact carries a stack trace or a path.
"""

import re
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _


class LibraryError(Exception):
    default_message = _("The library could not do that.")
    code = "library_error"

    def __init__(self, message: str = "", **detail: Any) -> None:
        # On pages the language is the reader's; commands and the API speak English.
        self.message = message or gettext(self.default_message)
        self.detail = detail
        super().__init__(self.message)

    def __init_subclass__(cls) -> None:
        if "code" not in cls.__dict__:
            cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


class Refusal(LibraryError):
    default_message = _("The request was refused; nothing was changed.")


class Failure(LibraryError):
    default_message = _("The library could not do its part.")


class InvalidDocument(Refusal):
    default_message = _("The document is not one the library can read.")

    def __init__(self, message: str = "", *, field: str, **detail: Any) -> None:
        super().__init__(message, field=field, **detail)


class InvalidField(InvalidDocument):
    default_message = _("A field has a value that is not allowed.")


class NotAnAssembly(InvalidDocument):
    default_message = _("This is no assembly: it has no script, no workflow, no playbook, no known type and no GUID.")


class UnknownField(InvalidDocument):
    default_message = _("A field is not known.")


class ReadOnlyField(InvalidDocument):
    default_message = _("A field is set by the library and cannot be changed.")


class DocumentTooLarge(Refusal):
    default_message = _("The document is larger than the limit.")


class AttachmentTooLarge(Refusal):
    default_message = _("The attachment is larger than the limit.")


class InvalidGuid(Refusal):
    default_message = _("That is not an assembly GUID: use 32 or 40 hexadecimal digits, or a UUID.")


class AssemblyNotFound(Refusal):
    default_message = _("Assembly not found.")


class AttachmentNotFound(Refusal):
    default_message = _("The assembly has no attachment of that name.")


class RevisionNotFound(Refusal):
    default_message = _("Revision not found.")


class SettingNotFound(Refusal):
    default_message = _("Setting not found.")


class ImportNotFound(Refusal):
    default_message = _("No import of yours has this id.")


class NothingPending(Refusal):
    default_message = _("The assembly has no pending write to discard.")


class GuidTaken(Refusal):
    default_message = _("Another assembly already has this GUID.")


class GuidRepeated(Refusal):
    default_message = _("Another document of the same import has this GUID.")


class GuidInOtherDomain(Refusal):
    default_message = _(
        "An assembly of another domain already has this GUID: clone it, or import with a new GUID. Nothing was changed."
    )


class ScriptHasErrors(Refusal):
    default_message = _("The checks found errors, and this domain refuses them.")


class IdempotencyKeyReused(Refusal):
    default_message = _("This Idempotency-Key came with another request before; send a new request with a new key.")


class RevisionConflict(Refusal):
    default_message = _("The assembly has changed since you read it; the current state is in detail.")


class Forbidden(Refusal):
    default_message = _("You may not change this domain. Save a copy to User-Created instead, or ask an administrator.")


class DevModeRequired(Refusal):
    default_message = _(
        "Official and community content is read-only. Enable Dev Mode to change it, or save a copy to User-Created."
    )


class PayloadMissing(Failure):
    default_message = _(
        "The payload's bytes are missing from the store; restore them from a backup, then run verify_library."
    )


class PayloadCorrupt(Failure):
    default_message = _(
        "The payload's bytes do not match their SHA-256 and are not served; restore them, then run verify_library."
    )


class StorageUnavailable(Failure):
    default_message = _(
        "The change could not be made durable, so it was not made. Free space or repair the disk, then try again."
    )


class PayloadStoreMissing(StorageUnavailable):
    default_message = _(
        "The payload store is not there, or is another library's: mount its disk, then try again. Nothing was changed."
    )


class StorageFull(StorageUnavailable):
    default_message = _("There is too little disk space left to accept changes; reading still works.")


class LibraryBusy(Failure):
    default_message = _("Other writers kept the library busy for too long; try again.")


class LibraryUnavailable(Failure):
    default_message = _(
        "A database or a disk of the library cannot be used at the moment; try again, then look into engine.log."
    )


class AuditUnavailable(Failure):
    default_message = _("The audit entry could not be written, so the change was not made.")


class LibraryIncomplete(Failure):
    default_message = _("A part of the library is missing, or is another library's; nothing was changed.")


class ReplicaMismatch(Failure):
    default_message = _("The domain database does not belong to this journal; run prepare to see what to do.")


class JournalBroken(Failure):
    default_message = _("The journal's chain does not hold together; run verify_library and restore from a backup.")


class SourceUnreadable(Refusal):
    default_message = _("The official source could not be read; the catalogue is unchanged.")


class SyncRefused(Refusal):
    default_message = _("The official sync was refused; the catalogue is unchanged.")


class NotWithdrawn(Refusal):
    default_message = _(
        "Only an official assembly that its source no longer publishes can be adopted; clone this one instead."
    )


class NoOriginal(Refusal):
    default_message = _("The assembly is no copy of another one, or its original is gone.")


class MirrorRefused(Refusal):
    default_message = _("The library was not mirrored.")


class RestoreRefused(Refusal):
    default_message = _("The library was not restored; nothing was changed.")


class MoveRefused(Refusal):
    default_message = _("The database was not moved; nothing was changed.")


class MigrationRefused(Refusal):
    default_message = _("The migration was refused; nothing was changed.")


class NothingToMigrate(Refusal):
    default_message = _("There is nothing to re-key. With --allow-empty that is no error.")


class PlanChanged(Refusal):
    default_message = _(
        "The rows have changed since the plan was made; nothing was changed. Read the new plan, then try again."
    )


class MigrationFailed(Failure):
    default_message = _("The migration failed and was rolled back.")
