"""What an error answers over HTTP, for the API and the pages alike: one table of statuses, one shape of body.

No answer carries a stack trace or a path of the server; what was not foreseen has no entry and ends as a plain 500.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db import Error as DatabaseError
from django.http import UnreadablePostError

from assemblies import errors as facts
from assemblies.execution import errors as runs
from assemblies.fleet import errors as fleet
from assemblies.schedules import errors as schedules
from assemblies.targets import errors as targets
from devmode.accounts.attempts import TooManyAttempts
from devmode.audit import AuditUnwritable
from devmode.disk_faults import DiskFault, find_disk_fault
from devmode.grants import dev_mode
from devmode.sqlite_files import find_sqlite_file
from devmode.write_lock import WriteLockTimeout

logger = logging.getLogger(f"borealis.engine.{__name__}")

STATUSES: dict[type[Exception], int] = {
    facts.LibraryError: 503,
    facts.Refusal: 400,
    facts.Forbidden: 403,
    facts.DevModeRequired: 403,
    facts.AssemblyNotFound: 404,
    facts.AttachmentNotFound: 404,
    facts.RevisionNotFound: 404,
    facts.SettingNotFound: 404,
    facts.ImportNotFound: 404,
    facts.NothingPending: 404,
    facts.GuidTaken: 409,
    facts.GuidInOtherDomain: 409,
    facts.GuidRepeated: 409,
    facts.SourceUnreadable: 409,
    facts.SyncRefused: 409,
    facts.NotWithdrawn: 409,
    facts.NoOriginal: 409,
    facts.RevisionConflict: 412,
    facts.DocumentTooLarge: 413,
    facts.AttachmentTooLarge: 413,
    facts.IdempotencyKeyReused: 422,
    facts.StorageFull: 507,
    runs.RunNotFound: 404,
    runs.WorkItemNotFound: 404,
    runs.ManifestNotFound: 404,
    runs.IllegalTransition: 409,
    runs.AlreadyFinalized: 409,
    runs.StaleAttempt: 409,
    runs.LocalWorkerOff: 409,
    runs.CredentialsUnreadable: 409,
    runs.ContentNotFound: 404,
    runs.QueueFull: 429,
    schedules.JobNotFound: 404,
    schedules.OccurrenceNotFound: 404,
    schedules.NothingRan: 404,
    schedules.JobChanged: 412,
    fleet.DeviceNotKnown: 404,
    fleet.CodeNotFound: 404,
    fleet.ApprovalNotFound: 404,
    fleet.DeviceEnded: 409,
    fleet.DeviceGuidTaken: 409,
    fleet.CodeUsed: 409,
    fleet.ApprovalNotPending: 409,
    fleet.ApprovalChanged: 409,
    fleet.ConflictResolutionRequired: 409,
    fleet.Unknown: 404,
    fleet.DeviceNotFound: 404,
    fleet.ProofReplayed: 409,
    fleet.Unproven: 401,
    fleet.Barred: 403,
    fleet.RateLimited: 429,
    targets.TargetNotFound: 404,
    targets.ConnectionNotFound: 404,
    targets.TargetNameTaken: 409,
    targets.ConnectionExists: 409,
    targets.OwnDatabase: 409,
    targets.ConnectionNotLive: 409,
    targets.NothingAssigned: 409,
    targets.NothingRejected: 409,
    dev_mode.Refusal: 403,
    dev_mode.NoSuchGrant: 404,
    TooManyAttempts: 429,
}
# The contract's words for what others call differently.
CODES = {"permission_denied": "forbidden"}
# What may be tried again, and after how many seconds.
RETRY_AFTER_SECONDS = {facts.LibraryBusy: 1, runs.QueueFull: 30, fleet.RateLimited: 60}
# What a device is to prove itself with.
AGENT_CHALLENGE = f'{fleet.SCHEME} algs="Ed25519 EdDSA"'


@dataclass(frozen=True)
class ErrorAnswer:
    """The status of an error and what its body says."""

    status: int
    code: str
    message: str
    detail: dict[str, Any] = field(default_factory=dict)
    retry_after_seconds: int | None = None

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.retry_after_seconds is None else {"Retry-After": str(self.retry_after_seconds)}

    def body(self) -> dict[str, Any]:
        return error_body(self.code, self.message, self.detail)


def error_body(code: str, message: str, detail: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {"code": code, "message": message, "detail": dict(detail or {})}


def agent_body(code: str, message: str, detail: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return what agents are told: `error` next to `code`, and `server_time` where a clock may be the reason."""
    known = dict(detail or {})
    server_time = known.pop("server_time", None)
    body = {"error": code, **error_body(code, message, known)}
    return body | ({"server_time": server_time} if server_time else {})


def status_of(error: Exception) -> int:
    """Return the status of an error in the table: its own, else that of what it is a kind of."""
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def form_status_of(error: Exception) -> int:
    """Return the status of a form that is sent back with what was typed."""
    status = status_of(error)
    # It was understood, but cannot be done.
    return HTTPStatus.UNPROCESSABLE_ENTITY if status == HTTPStatus.BAD_REQUEST else status


def answer_of(error: Exception) -> ErrorAnswer | None:
    """Return what an error answers, or None for one that has no name; what is the library's own fault is logged."""
    if isinstance(error, dev_mode.Refusal):
        return ErrorAnswer(status_of(error), CODES.get(error.code, error.code), error.message)
    if isinstance(error, TooManyAttempts):
        return ErrorAnswer(status_of(error), "throttled", error.message, retry_after_seconds=error.wait_seconds)
    fact = fact_of(error)
    if fact is None:
        return None
    answer = ErrorAnswer(status_of(fact), fact.code, fact.message, fact.detail)
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        # A fact or a fault of the disk says all there is to say; of anything else the log says where it came from.
        says_all = fact is error or _fault_of(error) is not None
        logger.error("%s: %s", type(error).__name__, error, exc_info=None if says_all else error)
    return replace(answer, retry_after_seconds=RETRY_AFTER_SECONDS.get(type(fact)))


def fact_of(error: Exception) -> facts.LibraryError | None:
    """Return the library's word for an error: what databases and disks say themselves may name paths."""
    if isinstance(error, facts.LibraryError):
        return error
    fault = _fault_of(error)
    if fault is DiskFault.FULL:
        return facts.StorageFull()
    if isinstance(error, AuditUnwritable):
        return facts.AuditUnavailable()
    if isinstance(error, WriteLockTimeout):
        return facts.LibraryBusy()
    if isinstance(error, UnreadablePostError):
        return facts.InvalidDocument("The body could not be read to its end.", field="body")
    if isinstance(error, DatabaseError | OSError):
        return facts.LibraryUnavailable(fault.advice if fault else "")
    return None


def _fault_of(error: Exception) -> DiskFault | None:
    return find_disk_fault(error, find_sqlite_file(DEFAULT_DB_ALIAS))
