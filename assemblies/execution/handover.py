"""What a worker is handed with a claimed item: the values of its variables, and the bytes of its script and files."""

from collections.abc import Iterator, Mapping
from typing import Any

from assemblies.domains import ExitMeaning
from assemblies.execution.credentials import decrypt
from assemblies.execution.errors import ContentNotFound
from assemblies.execution.models import WorkItem, WorkItemSecret
from assemblies.payloads import PayloadReference, PayloadStore
from assemblies.supervision import Variable


def variables_of(item: WorkItem) -> list[Variable]:
    """Return an item's variables, credentials decrypted. Raises CredentialsUnreadable."""
    variables = item.settings["variables"]
    credentials = _credentials_of(item) if any(one["secret"] for one in variables) else {}
    return [
        Variable(one["name"], credentials[one["name"]] if one["secret"] else one["value"], secret=one["secret"])
        for one in variables
    ]


def _credentials_of(item: WorkItem) -> dict[str, str]:
    secret = WorkItemSecret.objects.filter(work_item_hash=item.work_item_hash).first()
    return decrypt(bytes(secret.ciphertext)) if secret else {}


def read_content(item: WorkItem, sha256: str, store: PayloadStore) -> bytes:
    """Return the bytes of an item's script or file by their hash. Raises ContentNotFound, PayloadMissing."""
    for facts in _references(item):
        if facts.get("sha256") == sha256:
            return store.read(reference_of(facts))
    raise ContentNotFound(sha256=sha256)


def successful_codes(settings: Mapping[str, Any]) -> list[int]:
    """Return the exit codes that mean success: 0, unless the assembly says other, and those it says it of."""
    meanings = {"0": ExitMeaning.SUCCESS.value, **settings.get("exit_codes", {})}
    return sorted(int(code) for code, meaning in meanings.items() if meaning != ExitMeaning.FAILURE)


def reference_of(facts: dict[str, Any]) -> PayloadReference:
    return PayloadReference(facts["guid"], facts["sha256"], facts["size_bytes"])


def _references(item: WorkItem) -> Iterator[dict[str, Any]]:
    yield item.settings["script"]
    yield from item.settings["files"]
