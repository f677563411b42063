"""A piece of work as the server signed it, and everything that must be true of it before it is run here."""

import base64
import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assemblies.agent.errors import WorkRefused
from assemblies.agent.keys import is_signed
from assemblies.supervision import Language, Variable

FORMAT = 1
HASH = re.compile(r"wi-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SHA256 = re.compile(r"[0-9a-f]{64}")
MAX_FILE_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True)
class File:
    """A file's name next to the script, and what its bytes must be."""

    name: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class Work:
    """One attempt at one work item, as its signed manifest has it. Times are in seconds since 1970.

    `arguments` are the interpreter's, before the script.
    """

    work_item_hash: str
    attempt_number: int
    domain: str
    interpreter: Language
    script: File
    files: Sequence[File]
    arguments: Sequence[str]
    successful_codes: Sequence[int]
    timeout_seconds: float
    output_max_bytes: int
    not_after: float
    variables: Sequence[Variable]

    @property
    def key(self) -> str:
        return attempt_key(self.work_item_hash, self.attempt_number)


def attempt_key(work_item_hash: str, attempt_number: int) -> str:
    """Return the name of an attempt in the spool and in the record of what was started."""
    return f"{work_item_hash}.{attempt_number}"


def named_attempt(offered: Mapping[str, Any]) -> tuple[str, int] | None:
    """Return which attempt an offer claims to be about, unverified: for telling the server why it is not run."""
    try:
        facts = json.loads(_decoded(offered, "manifest"))
        named = str(facts["work_item_hash"]), int(facts["attempt_number"])
    except (WorkRefused, ValueError, TypeError, KeyError):
        return None
    return named if HASH.fullmatch(named[0]) and named[1] > 0 else None


def verified_work(
    offered: Mapping[str, Any], *, guid: str, keys: list[str], allowed: Collection[str], now: float
) -> Work:
    """Return the work of an offer: signed by a pinned key, for this device, from an allowed source, and in time.

    `now` is the server's time in seconds since 1970. Raises WorkRefused.
    """
    content, signature = _decoded(offered, "manifest"), _decoded(offered, "signature")
    if not is_signed(content, signature, keys):
        raise WorkRefused("signature_invalid", "The manifest is signed by no key that this device trusts.")
    try:
        facts = json.loads(content)
        if facts["format"] != FORMAT:
            raise WorkRefused("format_unknown", "The manifest has a format that this agent does not know.")
        work = _work(facts, _variables(offered, str(facts["variables_sha256"])))
        device, issued_at = str(facts["device_guid"]), _seconds(facts["issued_at"])
    except (ValueError, TypeError, KeyError) as error:
        raise WorkRefused("manifest_invalid", "The manifest cannot be read.") from error
    _check(work, device=device, guid=guid, allowed=allowed)
    if not issued_at - 300 <= now <= work.not_after:
        raise WorkRefused("manifest_expired", "The manifest was signed for another time.")
    return work


def _check(work: Work, *, device: str, guid: str, allowed: Collection[str]) -> None:
    if device != guid:
        raise WorkRefused("wrong_device", "The manifest is for another device.")
    if work.domain not in allowed:
        raise WorkRefused("domain_not_allowed", f"This device's owner does not allow {work.domain} assemblies.")


def _work(facts: Mapping[str, Any], variables: Sequence[Variable]) -> Work:
    work_item_hash, attempt = str(facts["work_item_hash"]), facts["attempt_number"]
    if not HASH.fullmatch(work_item_hash) or not isinstance(attempt, int) or attempt < 1:
        raise ValueError("no attempt at a work item")
    return Work(
        work_item_hash=work_item_hash,
        attempt_number=attempt,
        domain=str(facts["domain"]),
        interpreter=Language(facts["interpreter"]),
        script=_file(facts["script"]),
        files=[_file(one) for one in facts["files"]],
        arguments=[str(argument) for argument in facts["arguments"]],
        successful_codes=[int(code) for code in facts["successful_codes"]],
        timeout_seconds=float(facts["timeout_seconds"]),
        output_max_bytes=int(facts["output_max_bytes"]),
        not_after=_seconds(facts["not_after"]),
        variables=variables,
    )


def _file(facts: Mapping[str, Any]) -> File:
    file = File(str(facts["name"]), str(facts["sha256"]), int(facts["size_bytes"]))
    if not SHA256.fullmatch(file.sha256) or not 0 <= file.size_bytes <= MAX_FILE_BYTES:
        raise ValueError("no file")
    return file


def _variables(offered: Mapping[str, Any], sha256: str) -> list[Variable]:
    content = _decoded(offered, "variables")
    if hashlib.sha256(content).hexdigest() != sha256:
        raise WorkRefused("variables_mismatch", "The variables are not those that were signed.")
    return [Variable(str(one["name"]), one["value"], secret=bool(one["secret"])) for one in json.loads(content)]


def _decoded(offered: Mapping[str, Any], name: str) -> bytes:
    try:
        return base64.b64decode(str(offered[name]), validate=True)
    except (KeyError, ValueError) as error:
        raise WorkRefused("manifest_invalid", f"The work has no readable {name}.") from error


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
