"""Files that are whole or not there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assemblies.durable_files import write_new


def test_a_file_that_could_not_be_written_whole_is_not_there(tmp_path: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"half"
        raise OSError("the other half cannot be read")

    with pytest.raises(OSError, match="other half"):
        write_new(tmp_path / "file", chunks())
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "file", [b"other"])
    assert (tmp_path / "file").read_text() == "mine"
