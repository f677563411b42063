"""What a run keeps of a script: its names and hashes for the manifest, its order for the queue, its timeout."""

import hashlib
from collections.abc import Sequence
from typing import Any

from assemblies.domains import AssemblyType
from assemblies.execution.credentials import encrypt
from assemblies.execution.defaults import CAPABILITY, DEFAULT_TIMEOUT_SECONDS, EVERY_ACTION, default_seconds
from assemblies.execution.enqueue import ItemOrder
from assemblies.execution.subject import UNSET_TIMEOUT_SECONDS, Subject
from assemblies.execution.variables import masked
from assemblies.supervision import Variable, find_interpreters, runnable


def default_timeout(assembly_type: AssemblyType, timeout_seconds: int | None) -> int:
    """Return the seconds that a run of this type may take when nothing else was requested.

    That is what the assembly says, unless it is the default of documents, else what operators set for the type.
    """
    if timeout_seconds and timeout_seconds != UNSET_TIMEOUT_SECONDS:
        return timeout_seconds
    seconds = default_seconds()
    return seconds.get(str(assembly_type.label)) or seconds.get(EVERY_ACTION) or DEFAULT_TIMEOUT_SECONDS


def interpreter_of(subject: Subject) -> str:
    """Return the program that runs a script here, or nothing where there is none. A workflow needs none."""
    return "" if subject.is_workflow else find_interpreters().get(subject.language, "")


def pinned_facts(subject: Subject) -> dict[str, Any]:
    """Return what of the subject the manifest keeps: of an assembly its names and hashes, of a draft its text."""
    executed = subject.script if subject.is_workflow else runnable(subject.language, subject.script)
    facts = {
        "assembly_guid": subject.assembly_guid,
        "display_name": subject.display_name,
        "domain": subject.domain,
        "revision": subject.revision,
        "content_hash": subject.content_hash,
        "assembly_type": subject.assembly_type.value,
        "interpreter": interpreter_of(subject),
        "script_sha256": hashlib.sha256(subject.script).hexdigest(),
        "executed_sha256": hashlib.sha256(executed).hexdigest(),
        "files": [{"name": name, "sha256": file.sha256, "size_bytes": file.size_bytes} for name, file in subject.files],
    }
    facts |= _how_to_run(subject)
    return facts | ({"script": subject.script.decode("utf-8", "replace")} if subject.is_draft else {})


def item_of(subject: Subject, variables: Sequence[Variable], timeout: int) -> ItemOrder:
    """Return the work item that carries out a subject."""
    action = str(subject.assembly_type.label)
    is_runnable = subject.is_workflow or bool(interpreter_of(subject))
    return ItemOrder(
        capability=CAPABILITY,
        action=action,
        settings={
            "assembly_type": subject.assembly_type.value,
            "script": _reference(subject.payload) if subject.payload else {"text": subject.script.decode("latin-1")},
            "files": [{"name": name, **_reference(file)} for name, file in subject.files],
            "variables": masked(variables),
            **_how_to_run(subject),
        },
        timeout_seconds=timeout,
        ciphertext=encrypt({variable.name: variable.text for variable in variables if variable.secret}),
        waiting_for="" if is_runnable else f"capability {action}",
    )


def _how_to_run(subject: Subject) -> dict[str, Any]:
    """Return what an assembly says of its interpreter and its exit codes, where it says anything."""
    said = {"interpreter_arguments": list(subject.interpreter_arguments), "exit_codes": dict(subject.exit_codes)}
    return {name: value for name, value in said.items() if value}


def _reference(payload: Any) -> dict[str, Any]:
    return {"guid": payload.guid, "sha256": payload.sha256, "size_bytes": payload.size_bytes}
