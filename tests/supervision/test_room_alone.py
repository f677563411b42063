"""The room by itself: the standard library only, from a folder or from within one file."""

import subprocess
import sys
import zipapp
from pathlib import Path

import assemblies.supervision

ROOM = Path(assemblies.supervision.__file__).parent
AGENT = """
import sys
from assemblies.supervision import Content, Language, Limits, Order, Outcome, supervise
order = Order(Language.BASH, Content.of(b"echo from within; exit 4"), Limits(timeout_seconds=30), "agent")
for event in supervise(order).events():
    last = event
assert last.result.exit_code == 4, last
print(sorted(name for name in sys.modules if name.partition(".")[0] in ("django", "rest_framework", "cryptography")))
"""


def test_the_room_runs_from_within_one_file_and_loads_nothing_but_the_standard_library(tmp_path: Path) -> None:
    source = tmp_path / "source"
    room = source / "assemblies" / "supervision"
    room.mkdir(parents=True)
    (source / "assemblies" / "__init__.py").touch()
    (source / "__main__.py").write_text(AGENT)
    for path in ROOM.glob("*.py"):
        (room / path.name).write_bytes(path.read_bytes())
    zipapp.create_archive(source, tmp_path / "agent.pyz")
    # -S: no other package can be found.
    command = [sys.executable, "-IS", str(tmp_path / "agent.pyz")]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n" and ended.stderr == ""
