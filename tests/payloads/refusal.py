"""How the tests say that a payload is refused."""

from collections.abc import Callable
from pathlib import Path
from threading import Thread

from assemblies.payloads import PayloadReference, PayloadStore
from tests.patience import HANG_SECONDS


def payload_of(root: Path, reference: PayloadReference) -> Path:
    return root / reference.guid / "payload"


def refuse_to_serve(store: PayloadStore, reference: PayloadReference, fact: type[Exception]) -> None:
    """Neither way of reading gives a single byte; none of them hangs."""
    served: list[bytes] = []
    outcomes: list[type[BaseException]] = []

    attempts: list[Callable[[], object]] = [
        lambda: served.append(store.read(reference)),
        lambda: served.extend(store.stream(reference, chunk_bytes=7)),
        lambda: store.verify(reference),
    ]

    def attempt_all() -> None:
        for attempt in attempts:
            try:
                attempt()
            except Exception as error:
                outcomes.append(type(error))

    reader = Thread(target=attempt_all, daemon=True)
    reader.start()
    reader.join(timeout=HANG_SECONDS)
    assert not reader.is_alive(), "reading hangs"
    assert outcomes == [fact, fact, fact]
    assert served == []
