"""Rows of a replica are written as the fields of their model would write them, whole or not at all."""

from datetime import UTC, datetime

import pytest

from assemblies.domains import Kind
from assemblies.journal.upsert import upsert
from assemblies.models import CommunityAssembly, UserCreatedAssembly
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
