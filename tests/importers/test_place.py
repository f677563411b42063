"""The tree that importers look at."""

from collections import Counter
from dataclasses import dataclass, field

from assemblies.importers import Place, take
from tests.importers.test_breeze import SCRIPT, bundle
from tests.importers.test_tactical import FILES as TACTICAL
from tests.importers.trees import MAX_BYTES, Tree


@dataclass(frozen=True)
class CountingTree(Tree):
    """A tree that counts how often the beginning of each file is read."""

    starts: Counter[str] = field(default_factory=Counter)

    def read_start(self, name: str, count: int) -> bytes:
        self.starts[name] += 1
        return super().read_start(name, count)


def test_all_importers_together_read_the_beginning_of_a_file_once() -> None:
    tree = CountingTree({**TACTICAL, **bundle(SCRIPT), "package.json": b'{"name": "of another program"}'})
    assert len(list(take(Place(tree, "trial", MAX_BYTES)))) > 1
    assert set(tree.starts.values()) == {1}
    assert {"bundle.json", "package.json"} <= set(tree.starts)
