"""What an agent says of an attempt: that it runs, what it printed, how it ended, signed by the device's key."""

import base64
import json
from collections.abc import Mapping
from itertools import islice
from typing import Any, Protocol

from assemblies.agent.keys import DeviceKey
from assemblies.agent.signed_work import File, Work
from assemblies.agent.spool import SpooledAttempt, SpooledChunk

# Of one message, before base64: what every library accepts, also one that takes small documents only.
MAX_CHUNKS, MAX_OUTPUT_BYTES = 16, 512 * 1024
RESULT_FIELDS = ("outcome", "exit_code", "output_bytes", "stdout_sha256", "stderr_sha256")


class Sender(Protocol):
    """What posts in the name of a device."""

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]: ...

    def get_bytes(self, path: str, *, max_bytes: int) -> bytes: ...


def result_statement(work_item_hash: str, attempt_number: int, end: Mapping[str, Any]) -> bytes:
    """Return the bytes that a device signs about the end of an attempt."""
    facts = {name: end[name] for name in RESULT_FIELDS}
    named = {"work_item_hash": work_item_hash, "attempt_number": attempt_number, **facts}
    return json.dumps(named, sort_keys=True, separators=(",", ":")).encode()


def send_progress(sender: Sender, spooled: SpooledAttempt) -> dict[str, Any]:
    """Say that the script runs, which renews the claim. The answer tells whether to cancel it."""
    return sender.post(_path(spooled, "progress"), {"attempt_number": spooled.attempt_number})


def send_output(sender: Sender, spooled: SpooledAttempt) -> dict[str, Any] | None:
    """Upload the oldest chunks and forget them; None where there were none."""
    chunks: list[SpooledChunk] = []
    contents: list[bytes] = []
    for chunk in islice(spooled.chunks(), MAX_CHUNKS):
        content = chunk.read()
        if chunks and sum(map(len, contents)) + len(content) > MAX_OUTPUT_BYTES:
            break
        chunks.append(chunk)
        contents.append(content)
    if not chunks:
        return None
    told = [_chunk(chunk, content) for chunk, content in zip(chunks, contents, strict=True)]
    answer = sender.post(_path(spooled, "output"), {"attempt_number": spooled.attempt_number, "chunks": told})
    for chunk in chunks:
        chunk.path.unlink(missing_ok=True)
    return answer


def send_end(sender: Sender, spooled: SpooledAttempt, end: Mapping[str, Any], key: DeviceKey) -> dict[str, Any]:
    """Say how the attempt ended. The answer tells whether more work waits."""
    statement = result_statement(spooled.work_item_hash, spooled.attempt_number, end)
    verb = "complete" if end["outcome"] == "completed" else "fail"
    signature = base64.b64encode(key.sign(statement)).decode()
    told = {**end, "attempt_number": spooled.attempt_number, "result_signature": signature}
    return sender.post(_path(spooled, verb), told)


def fetch_file(sender: Sender, work: Work, file: File) -> bytes:
    """Return the bytes of one file of a piece of work, unchecked."""
    path = f"/api/agent/items/{work.work_item_hash}/files/{file.sha256}?attempt_number={work.attempt_number}"
    return sender.get_bytes(path, max_bytes=file.size_bytes)


def _path(spooled: SpooledAttempt, verb: str) -> str:
    return f"/api/agent/items/{spooled.work_item_hash}/{verb}"


def _chunk(chunk: SpooledChunk, content: bytes) -> dict[str, Any]:
    return {"seq": chunk.seq, "stream": chunk.stream, "content": base64.b64encode(content).decode()}
