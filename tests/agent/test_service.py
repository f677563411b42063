"""The unit that the agent prints is the one that is shipped, with the paths it was called with."""

from pathlib import Path

import pytest

from assemblies.agent.commands import main
from assemblies.agent.errors import AgentError
from assemblies.agent.service import unit_of

SHIPPED = Path(__file__).resolve().parents[2] / "deploy" / "systemd" / "borealis-agent.service"


def test_it_is_the_shipped_one() -> None:
    shipped = SHIPPED.read_text()
    assert unit_of("/usr/bin/python3", Path("/usr/local/bin/borealis-agent.pyz")) == shipped[shipped.index("[Unit]") :]


def test_another_place_of_the_state_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["unit", "--state", str(tmp_path / "state")]) == 0
    assert f" run --state {tmp_path}/state\n" in capsys.readouterr().out


def test_a_path_that_systemd_would_read_another_way_is_refused() -> None:
    with pytest.raises(AgentError, match="cannot stand in a unit"):
        unit_of("/usr/bin/python3", Path("/opt/my agents/50%.pyz"))
