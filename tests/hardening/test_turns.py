"""Whose request is answered next."""

from types import SimpleNamespace
from typing import Any

from assemblies.management.server.turns import NEW_IN_A_ROW, Turns


def asked(turns: Turns, *words: str) -> None:
    for word in words:
        network, _dot, _number = word.partition(".")
        connection: Any = SimpleNamespace(network=network, word=word)
        turns.append(connection)


def answered(turns: Turns, count: int | None = None) -> list[str]:
    connections: list[Any] = [turns.popleft() for _turn in range(len(turns) if count is None else count)]
    return [connection.word for connection in connections]


def test_requests_of_one_client_are_answered_as_they_came() -> None:
    turns = Turns()
    asked(turns, "a.1", "a.2", "a.3")
    assert (answered(turns), len(turns)) == (["a.1", "a.2", "a.3"], 0)


def test_a_client_with_one_request_is_not_answered_after_the_hundreds_of_another() -> None:
    turns = Turns()
    asked(turns, *(f"a.{number}" for number in range(300)))
    assert answered(turns, 5) == [f"a.{number}" for number in range(5)]
    asked(turns, "b.1")
    assert answered(turns, 2) == ["b.1", "a.5"]


def test_clients_that_ask_much_take_turns() -> None:
    turns = Turns()
    asked(turns, "a.1", "a.2", "a.3", "b.1", "b.2", "c.1")
    assert answered(turns) == ["a.1", "b.1", "c.1", "a.2", "b.2", "a.3"]


def test_who_asked_much_is_not_kept_waiting_for_ever() -> None:
    turns = Turns()
    asked(turns, "a.1", "a.2")
    assert answered(turns, 1) == ["a.1"]
    told = []
    for number in range(NEW_IN_A_ROW + 2):
        asked(turns, f"n{number}.1")
        told += answered(turns, 1)
    assert told.index("a.2") == NEW_IN_A_ROW - 1
