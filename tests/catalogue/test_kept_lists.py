"""What is kept of lists is bounded by their lengths."""

from assemblies.catalogue.kept_lists import KeptLists


def test_a_list_is_made_once() -> None:
    kept, made = KeptLists(), iter([[1], [2]])
    assert kept.get("a", lambda: next(made)) == kept.get("a", lambda: next(made)) == [1]


def test_what_was_not_used_for_longest_goes_first() -> None:
    kept = KeptLists(4)
    for name in "ab":
        kept.keep(name, [name] * 2)
    assert kept.find("a") == ["a", "a"]
    kept.keep("c", ["c"])
    assert [name for name, _list in kept.items()] == ["a", "c"]


def test_the_newest_one_stays_however_long() -> None:
    kept = KeptLists(2)
    kept.keep("a", [1])
    kept.keep("b", [1, 2, 3])
    assert kept.items() == [("b", [1, 2, 3])]
    kept.keep("b", [1])
    assert kept.items() == [("b", [1])]
