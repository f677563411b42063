"""Rows are written as the fields of their model would write them, whole or not at all; kept statements find what the
queries find that they were made of.
"""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError
from django.db.models import QuerySet

from assemblies.domains import Kind
from assemblies.models import CommunityAssembly, JournalEntry, UserCreatedAssembly
from devmode.models.audit import AuditHead
from devmode.statements import find_first, find_locked, insert, update, upsert
from tests.project.rows import replica_row

pytestmark = [pytest.mark.database, pytest.mark.django_db(databases="__all__")]


def row(**facts: object) -> dict[str, object]:
    return replica_row(**{"summary": "", "category": ""} | facts)


def test_a_new_row_is_inserted_and_a_known_one_replaced_in_each_column() -> None:
    upsert(UserCreatedAssembly, [row(guid="a", sequence=1), row(guid="b", sequence=2)], using="user_created")
    later = row(
        guid="a", sequence=3, content='{"x": "100 %s"}', display_name="Später", summary="s", category="c",
        kind=Kind.WORKFLOW, assembly_type="workflow", payload_guid="1", payload_sha256="2", content_hash="3",
        updated_at=datetime(2026, 2, 3, 4, 5, 6, 789, tzinfo=UTC), updated_by="eve",
    )  # fmt: skip
    upsert(UserCreatedAssembly, [later], using="user_created")
    assert list(UserCreatedAssembly.objects.order_by("guid").values()) == [
        later | {"kind": "workflow"},
        row(guid="b", sequence=2),
    ]
    assert not CommunityAssembly.objects.exists()


def test_a_row_that_lacks_a_column_is_refused_before_any_is_written() -> None:
    lacking = {name: value for name, value in row(guid="b").items() if name != "content_hash"}
    with pytest.raises(KeyError, match="content_hash"):
        upsert(UserCreatedAssembly, [row(guid="a"), lacking], using="user_created")
    assert not UserCreatedAssembly.objects.exists()


def test_a_row_that_is_gone_is_not_updated_in_silence() -> None:
    with pytest.raises(DatabaseError, match="AuditHead"):
        update(AuditHead(id=1, sequence=4, hash="f"))


def test_what_is_found_by_a_kept_statement_is_what_the_query_says() -> None:
    assert find_locked(AuditHead, 1) is None
    insert(AuditHead, [vars(AuditHead(id=1, sequence=4, hash="f"))])
    head = find_locked(AuditHead, 1)
    assert head is not None
    head.hash = "100 %s"
    update(head)
    assert AuditHead.objects.values_list("sequence", "hash").get() == (4, "100 %s")
    assert find_first(heads_at, [4]) == ("100 %s",)
    assert find_first(heads_at, [5]) is None


def heads_at() -> QuerySet[AuditHead, str]:
    return AuditHead.objects.filter(sequence=0).values_list("hash", flat=True)


def test_a_condition_of_two_columns_takes_its_values_in_the_order_of_their_names() -> None:
    """The order that callers with several values rely on: that of the keywords, as a query sorts them."""
    sent = JournalEntry.objects.filter(sequence=1, hash="h").query.sql_with_params()[1]
    assert sent == ("h", 1)
