"""What is to be run: complete, frozen, and checked before a process is started for it."""

import hashlib
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from .ansible import find_inventory
from .errors import BrokenFrame, DuplicateFileName, ForbiddenFileName, InvalidOrder
from .frames import Frame
from .variables import Variable, check_ansible_names, check_batch_values, environment_of

KIB = 1024
# The supervisor's own folder in the directory of a run: values for a playbook, temporary files.
RESERVED_FILE_NAME = ".supervision"


class Language(StrEnum):
    """What a script is written in; a workflow is no script."""

    POWERSHELL = "powershell"
    BATCH = "batch"
    BASH = "bash"
    PYTHON = "python"
    ANSIBLE = "ansible"


@dataclass(frozen=True)
class Content:
    """Bytes and the SHA-256 they must have, in hexadecimal; the supervisor compares what it writes."""

    data: bytes = field(repr=False)
    sha256: str

    @classmethod
    def of(cls, data: bytes) -> "Content":
        return cls(data, hashlib.sha256(data).hexdigest())


@dataclass(frozen=True)
class Limits:
    """Times and sizes of one run."""

    timeout_seconds: float
    """From the script's start."""
    grace_seconds: float = 5.0
    """Between SIGTERM and SIGKILL."""
    linger_seconds: float = 1.0
    """How long processes that outlive the script may take to end by themselves, as `tee` does."""
    give_up_seconds: float = 30.0
    """How long processes that SIGKILL does not end are pursued (another account's, or stuck in the kernel)."""
    lease_seconds: float | None = None
    """The run is stopped when the worker has not renewed it for so long; None: it need not renew."""
    head_bytes: int = 256 * KIB
    """How much of the beginning of the output is kept."""
    tail_bytes: int = 768 * KIB
    """How much of its end is kept; what lies between is counted."""


@dataclass(frozen=True)
class Order:
    """One run of one script.

    `owner` names the library or agent that orders it (its orphans are its own to sweep). `account` is the account the
    script runs as, or None for the worker's. `base` is the directory to make the run's own in, or None for the
    system's temporary one; another account must be able to pass through it.
    """

    language: Language
    script: Content
    limits: Limits
    owner: str
    files: dict[str, Content] = field(default_factory=dict)
    variables: tuple[Variable, ...] = ()
    interpreter_arguments: tuple[str, ...] = ()
    """For the program that runs the script, before the script's name."""
    account: str | None = None
    base: Path | None = None

    def check(self) -> None:
        """Raises InvalidOrder, or one of its kinds, naming the variable or file."""
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", self.owner):
            raise InvalidOrder("An owner is named by up to 64 letters, digits, - and _.", field="owner")
        times = (self.limits.timeout_seconds, self.limits.lease_seconds or 1.0)
        if not all(math.isfinite(seconds) and seconds > 0 for seconds in times):
            raise InvalidOrder("Times must be above zero.", field="limits")
        if any("\0" in argument for argument in self.interpreter_arguments):
            raise InvalidOrder("An argument of a program has no NUL in it.", field="interpreter_arguments")
        check_file_names(self.files)
        check_variables(self.language, self.variables)
        if self.language is Language.ANSIBLE:
            find_inventory(self.files)

    @property
    def secrets(self) -> list[str]:
        return [variable.text for variable in self.variables if variable.secret and variable.text]

    def frames(self) -> Iterator[Frame]:
        """The order as messages; nothing is started before the last one has arrived whole."""
        yield Frame(
            "order",
            {
                "language": self.language,
                "sha256": self.script.sha256,
                "limits": asdict(self.limits),
                "owner": self.owner,
                "variables": [asdict(variable) for variable in self.variables],
                "interpreter_arguments": self.interpreter_arguments,
                "account": self.account,
                "base": None if self.base is None else str(self.base),
            },
            self.script.data,
        )
        for name, content in self.files.items():
            yield Frame("file", {"name": name, "sha256": content.sha256}, content.data)
        yield Frame("start")


def order_of(frames: Iterator[Frame]) -> Order | None:
    """The order that the frames make up, or None where the worker ended before it was whole. Raises BrokenFrame."""
    first = next(frames, None)
    if first is None:
        return None
    files: dict[str, Content] = {}
    for frame in frames:
        if frame.kind == "start":
            return _order(first, files)
        files[str(frame.fields["name"])] = Content(frame.body, str(frame.fields["sha256"]))
    return None


def check_variables(language: Language, variables: Iterable[Variable]) -> None:
    """What is checked when a run is accepted, before anything is queued. Raises InvalidOrder, naming the variable."""
    variables = list(variables)
    environment_of(variables)
    if language is Language.BATCH:
        check_batch_values(variables)
    if language is Language.ANSIBLE:
        check_ansible_names(variables)


def check_file_names(names: Iterable[str]) -> None:
    """One plain name each, on every platform. Raises ForbiddenFileName or DuplicateFileName."""
    seen: set[str] = {RESERVED_FILE_NAME}
    for name in names:
        if name.casefold() == RESERVED_FILE_NAME or _is_no_plain_name(name):
            raise ForbiddenFileName(field=name)
        if name.casefold() in seen:
            raise DuplicateFileName(field=name)
        seen.add(name.casefold())


def _is_no_plain_name(name: str) -> bool:
    # A colon opens a second stream of a file on Windows, which also drops a dot or space at a name's end.
    if name in ("", ".", "..") or re.search(r'[\x00-\x1f/\\:*?"<>|]', name) or name[-1] in ". ":
        return True
    device = re.fullmatch(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", name, re.IGNORECASE)
    return device is not None or len(name.encode(errors="replace")) > 255


def _order(first: Frame, files: dict[str, Content]) -> Order:
    fields: dict[str, Any] = first.fields
    if first.kind != "order":
        raise BrokenFrame
    return Order(
        language=Language(fields["language"]),
        script=Content(first.body, fields["sha256"]),
        limits=Limits(**fields["limits"]),
        owner=fields["owner"],
        files=files,
        variables=tuple(Variable(**variable) for variable in fields["variables"]),
        interpreter_arguments=tuple(fields["interpreter_arguments"]),
        account=fields["account"],
        base=None if fields["base"] is None else Path(fields["base"]),
    )
