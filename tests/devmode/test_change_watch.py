"""Whether a loop has to look: every commit of another connection is heard of, by each thread, and time is change."""

from collections.abc import Callable
from threading import Thread
from typing import TypeVar

import pytest
from django.contrib.auth.models import Group
from django.db import connections

from devmode.change_watch import ChangeWatch

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True, databases="__all__")]
HOUR = 3600.0
Answer = TypeVar("Answer")


@pytest.fixture
def watch() -> ChangeWatch:
    watch = ChangeWatch("default", at_least_every_seconds=HOUR)
    assert watch.may_have_changed()
    return watch


def elsewhere(work: Callable[[], Answer]) -> Answer:
    """Do something in another thread, over a connection of its own."""
    answers: list[Answer] = []

    def run() -> None:
        try:
            answers.append(work())
        finally:
            connections.close_all()

    thread = Thread(target=run)
    thread.start()
    thread.join()
    return answers[0]


def commit() -> None:
    Group.objects.create(name="committed")


@pytest.mark.sqlite("other engines are asked each time")
def test_what_nobody_changed_is_not_looked_at(watch: ChangeWatch) -> None:
    assert [watch.may_have_changed() for _turn in range(3)] == [False, False, False]


def test_a_commit_of_another_connection_is_heard_of(watch: ChangeWatch) -> None:
    elsewhere(commit)
    assert watch.may_have_changed()


@pytest.mark.sqlite("other engines are asked each time")
def test_a_commit_is_heard_of_once(watch: ChangeWatch) -> None:
    elsewhere(commit)
    assert [watch.may_have_changed() for _turn in range(3)] == [True, False, False]


def test_another_thread_is_not_told_by_what_this_one_knows(watch: ChangeWatch) -> None:
    elsewhere(commit)
    assert watch.may_have_changed()
    assert elsewhere(watch.may_have_changed)


def test_a_connection_opened_again_may_have_missed_something(watch: ChangeWatch) -> None:
    connections["default"].close()
    elsewhere(commit)
    assert watch.may_have_changed()


def test_time_is_change_too() -> None:
    watch = ChangeWatch("default", at_least_every_seconds=0)
    assert [watch.may_have_changed() for _turn in range(3)] == [True, True, True]
