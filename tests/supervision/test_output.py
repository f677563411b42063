"""Output of real scripts: exact bytes, first and last ones, and nothing that delays the script."""

import hashlib
from pathlib import Path

from assemblies.supervision import Chunk, Ended, Outcome, supervise
from assemblies.supervision.window import MAX_CHUNK_BYTES
from tests.supervision.runs import HANG_SECONDS, Heard, bash, exited, processes_of, run, until

KIB = 1024
PYTHON = "exec python3 -IS - <<'END'\n{}\nEND\n"


def test_all_bytes_arrive_as_they_are_on_both_streams() -> None:
    # Octal escapes of a shell, so that no decoder stands between.
    script = 'for i in {0..255}; do printf "\\\\$(printf %03o $i)"; done | tee >(cat >&2)\n'
    heard = exited(bash(script))
    assert heard.text("stdout") == heard.text("stderr") == bytes(range(256))
    for stream in ("stdout", "stderr"):
        summary = heard.result.output[stream]
        assert (summary.total_bytes, summary.dropped_bytes) == (256, 0)
        assert summary.sha256 == hashlib.sha256(bytes(range(256))).hexdigest()


def test_a_script_without_output_has_empty_streams() -> None:
    heard = exited(bash(":"))
    assert heard.chunks == {}
    assert heard.result.output["stdout"].sha256 == hashlib.sha256(b"").hexdigest()


def test_a_line_is_heard_while_the_script_goes_on_and_the_last_one_before_the_result() -> None:
    running = supervise(bash("echo first; sleep 600"))
    heard = Heard(running.directory)
    while not heard.text():
        event = running.next_event(HANG_SECONDS)
        assert event is not None
        heard.take(event)
    assert heard.text() == b"first\n" and running.result is None
    running.cancel()
    for event in running.events():
        heard.take(event)
    last = exited(bash("for i in 1 2 3; do echo $i; done; printf 'the last'"))
    assert last.text() == b"1\n2\n3\nthe last"
    assert isinstance(last.events[-1], Ended) and isinstance(last.events[-2], Chunk)


def test_the_output_of_a_run_that_took_too_long_is_there() -> None:
    heard = run(bash("echo so far; printf 'half a'; sleep 600", limits={"timeout_seconds": 0.5}))
    assert heard.result.outcome is Outcome.TIMED_OUT and heard.result.signal == 15
    assert heard.text() == b"so far\nhalf a"


def test_a_reader_that_the_script_leaves_behind_may_finish() -> None:
    heard = exited(bash('exec > >(while read -r line; do sleep 0.1; echo "> $line"; done); echo one; echo two'))
    assert heard.text() == b"> one\n> two\n"
    assert heard.result.swept == 0


def test_a_daemon_that_holds_the_output_open_delays_nothing_for_long() -> None:
    limits = {"linger_seconds": 0.1, "grace_seconds": 0.1}
    heard = exited(bash("(trap '' TERM; setsid sleep 600) & echo done", limits=limits))
    assert heard.text() == b"done\n"
    assert heard.result.swept >= 1 and heard.result.duration_seconds < 60


def test_of_much_output_the_beginning_and_the_end_are_exact() -> None:
    size = 20 * KIB * KIB
    heard = exited(bash(f"head -c {size} /dev/zero | tr '\\0' x; echo; seq 200000 | tail -c 900000"))
    assert_head_and_tail(heard, size)


def test_a_worker_that_does_not_listen_does_not_hold_the_script_up(tmp_path: Path) -> None:
    done = tmp_path / "done"
    order = bash(f"head -c {20 * KIB * KIB} /dev/zero; touch {done}")
    running = supervise(order)
    until(done.exists)
    heard = Heard(running.directory)
    for event in running.events():
        heard.take(event)
    assert heard.result.output["stdout"].total_bytes == 20 * KIB * KIB
    assert not processes_of(order.owner)


def test_a_script_that_writes_byte_by_byte_makes_few_chunks() -> None:
    heard = exited(bash(PYTHON.format("import os\nfor _ in range(20000): os.write(1, b'.'); os.write(2, b'!')")))
    assert heard.text("stdout") == b"." * 20000 and heard.text("stderr") == b"!" * 20000
    assert len(heard.chunks) < 1000


def assert_head_and_tail(heard: Heard, size: int) -> None:
    """Of `size` times x, a line end, and the last 900,000 bytes of the numbers to 200,000."""
    end = "".join(f"{number}\n" for number in range(1, 200_001)).encode()[-900_000:]
    summary = heard.result.output["stdout"]
    assert summary.total_bytes == size + 1 + len(end)
    digest = hashlib.sha256(b"x" * size + b"\n" + end)
    assert summary.sha256 == digest.hexdigest()
    chunks = [chunk for _, chunk in sorted(heard.chunks.items())]
    assert all(len(chunk.data) <= MAX_CHUNK_BYTES for chunk in chunks)
    head = b"".join(chunk.data for chunk in chunks if chunk.offset < 256 * KIB)
    tail = b"".join(chunk.data for chunk in chunks if chunk.offset >= 256 * KIB)
    assert head == b"x" * 256 * KIB
    assert (768 - 64) * KIB < len(tail) <= 768 * KIB
    assert tail == end[-len(tail) :]
    assert summary.dropped_bytes == summary.total_bytes - len(head) - len(tail)
