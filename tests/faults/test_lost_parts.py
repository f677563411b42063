"""A library that lost a file or a volume: never taken for a first start, and each way on that is offered leads on."""

import json
import shutil
from pathlib import Path

import pytest

from tests.backup.mirrored_library import on_sqlite
from tests.commands.deployment import Deployment, Prepared

pytestmark = on_sqlite
NAMED = "00000000-0000-4000-8000-000000000000"

WRITE = """
from devmode.actor import Actor
from assemblies.actions.create import create
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.journal.flush import flush
from assemblies.models import Assembly, JournalHead
from tests.documents_made import script
from tests.permits import may_create
create(script("{name}"), domain=Domain.USER, permit=may_create(Actor.of_command("test")), store=payload_store())
flush()
print(JournalHead.objects.get().journal_id, Assembly.objects.count())
"""


@pytest.fixture(scope="module")
def written(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> tuple[Deployment, str]:
    """A library with one assembly, which its domain database has, and its journal's id."""
    made = Deployment.of(prepared, tmp_path_factory.mktemp("written") / "var")
    return made, write(made, "First").split()[0]


@pytest.fixture
def deployment(written: tuple[Deployment, str], tmp_path: Path) -> Deployment:
    shutil.copytree(written[0].root, tmp_path / "var")
    return Deployment(tmp_path / "var")


def write(deployment: Deployment, name: str) -> str:
    return deployment.answer("shell", "-v0", "-c", WRITE.format(name=name))


def lose(root: Path, *names: str) -> None:
    for name in names:
        for path in root.glob(f"{name}*"):
            path.unlink()


def assert_refused(deployment: Deployment, *words: str, command: str = "prepare") -> None:
    """Nothing is changed, and everybody is told the ways on."""
    before = files(deployment.root)
    refused = deployment.run(command)
    assert (refused.returncode, "Traceback" in refused.stderr) == (1, False), refused.stderr
    for word in (*words, "restore_domains DIR --replace", "prepare --new-library", "Nothing was changed"):
        assert word in refused.stderr, refused.stderr
    assert files(deployment.root) == before


def files(root: Path) -> dict[str, int]:
    return {str(path.relative_to(root)): path.stat().st_size for path in root.rglob("*.db")}


def assert_goes_on(deployment: Deployment, count: int) -> None:
    """The library holds what it should, nothing is wrong with it, and it takes writes."""
    assert write(deployment, "Later").split()[1] == str(count + 1)
    assert json.loads(deployment.answer("verify_library", "--json"))["findings"] == []


def test_a_lost_default_database_is_not_a_first_start(deployment: Deployment) -> None:
    lose(deployment.root, "engine.db")
    assert_refused(deployment, "The user database follows the journal", "missing from the default", command="serve")

    said = deployment.answer("prepare", "--new-library")
    assert "user: 1 rows were new to the library and adopted" in said
    assert_goes_on(deployment, 1)


def test_the_lost_default_database_comes_back_from_a_mirror(deployment: Deployment, tmp_path: Path) -> None:
    deployment.answer("mirror_domains", str(tmp_path / "mirrors"))
    write(deployment, "After the mirror")
    lose(deployment.root, "engine.db")
    deployment.answer("restore_domains", str(tmp_path / "mirrors"), "--replace")
    assert_goes_on(deployment, 1)
    assert [*deployment.root.glob("before-restore-*/Assemblies/user_created.db")], "what it had since is kept"


def test_an_earlier_default_database_as_after_a_lost_log_is_not_written_to(deployment: Deployment) -> None:
    earlier = (deployment.root / "engine.db").read_bytes()
    write(deployment, "Second")
    lose(deployment.root, "engine.db")
    (deployment.root / "engine.db").write_bytes(earlier)
    assert_refused(deployment, "The user database has reached journal entry 2, which the journal here does not have.")

    deployment.answer("prepare", "--new-library")
    assert_goes_on(deployment, 2)


def test_a_domain_database_of_another_library_is_one_that_somebody_decides_about(
    deployment: Deployment, tmp_path: Path
) -> None:
    other = Deployment(tmp_path / "other", BOREALIS_LIBRARY_ID=NAMED)
    assert_refused(other, f"BOREALIS_LIBRARY_ID names the library {NAMED}", "there is no journal here")
    other.answer("prepare", "--new-library")
    lose(deployment.root / "Assemblies", "community.db")
    shutil.copy(other.root / "Assemblies" / "community.db", deployment.root / "Assemblies")
    assert_refused(deployment, f"The community database follows the journal {NAMED}, and the one here is", "--rebuild")
    deployment.answer("prepare", "--adopt-replica", "community")
    assert_goes_on(deployment, 1)


def test_no_flag_lets_one_library_pass_for_another(
    written: tuple[Deployment, str], deployment: Deployment, tmp_path: Path
) -> None:
    deployment.environment["BOREALIS_LIBRARY_ID"] = written[1]
    deployment.answer("mirror_domains", str(tmp_path / "mirrors"))
    deployment.environment["BOREALIS_LIBRARY_ID"] = NAMED
    deployment.environment["BOREALIS_ENGINE_AUTO_MIGRATE"] = "false"
    assert_refused(deployment, f"and the journal here is {written[1]}", command="serve")
    refused = deployment.run("prepare", "--new-library")
    assert (refused.returncode, "and the journal here is" in refused.stderr) == (1, True), refused.stderr
    refused = deployment.run("restore_domains", str(tmp_path / "mirrors"), "--replace")
    assert (refused.returncode, "The mirror is of the library" in refused.stderr) == (2, True), refused.stderr
