"""The plan of a sync, and what is refused: pure decisions."""

import pytest

from assemblies.bundles import Skipped
from assemblies.official.guards import find_mass_removal, find_refusals
from assemblies.official.official_rows import OfficialRow
from assemblies.official.plan import SyncPlan, plan_sync
from assemblies.official.source import SourceContents, SourceDocument
from tests.documents_made import script


def document(guid: str, *, path: str = "", payload: bytes = b"echo\n") -> SourceDocument:
    made = script(guid, payload=payload, guid=guid)
    return SourceDocument.of(path or f"{guid}.json", guid, made)


def row(published: SourceDocument, *, live: bool = True, edited: bool = False, content_hash: str = "") -> OfficialRow:
    return OfficialRow(
        guid=published.guid,
        display_name=published.document.display_name,
        revision=1,
        content_hash=content_hash or published.content_hash,
        source_path=published.path,
        is_live=live,
        is_edited=edited,
    )


def contents_of(*documents: SourceDocument, skipped: tuple[Skipped, ...] = ()) -> SourceContents:
    return SourceContents("dir:0", list(documents), list(skipped))


def plan(
    contents: SourceContents,
    *rows: OfficialRow,
    keep_local: bool = False,
    foreign: dict[str, str] | None = None,
) -> SyncPlan:
    return plan_sync(contents, {row.guid: row for row in rows}, foreign or {}, keep_local=keep_local)


A, B = document("a" * 32), document("b" * 32)


def test_what_is_new_is_added_and_what_is_gone_is_removed() -> None:
    made = plan(contents_of(A), row(B))
    assert (made.added, [one.guid for one in made.removed], made.unchanged) == ([A], [B.guid], 0)
    assert not made.changes_nothing


def test_what_means_the_same_is_unchanged() -> None:
    made = plan(contents_of(A, B), row(A), row(B))
    assert made.changes_nothing
    assert (made.unchanged, made.local_edits) == (2, [])


def test_another_content_is_a_change() -> None:
    made = plan(contents_of(A), row(A, content_hash="0" * 64))
    assert (made.changed, made.added, made.unchanged) == ([A], [], 0)


def test_another_path_is_a_move_and_no_new_identity_h7() -> None:
    moved = document(A.guid, path="elsewhere/a.json")
    made = plan(contents_of(moved), row(A))
    assert (made.moved, made.added, made.changed, made.removed) == ([moved], [], [], [])


def test_what_was_withdrawn_earlier_comes_back() -> None:
    assert plan(contents_of(A), row(A, live=False)).added == [A]
    assert plan(contents_of(), row(A, live=False)).changes_nothing


@pytest.mark.parametrize("keep_local", [False, True])
def test_a_local_edit_is_listed_and_overwritten_unless_it_is_to_be_kept(keep_local: bool) -> None:
    edited = row(A, edited=True, content_hash="0" * 64)
    made = plan(contents_of(A), edited, keep_local=keep_local)
    assert made.local_edits == [A.guid]
    assert made.changed == ([] if keep_local else [A])


@pytest.mark.parametrize("keep_local", [False, True])
def test_a_local_deletion_is_a_local_edit(keep_local: bool) -> None:
    made = plan(contents_of(A), row(A, live=False, edited=True), keep_local=keep_local)
    assert made.local_edits == [A.guid]
    assert made.added == ([] if keep_local else [A])


@pytest.mark.parametrize("keep_local", [False, True])
def test_a_row_made_here_that_nobody_publishes_is_a_local_edit(keep_local: bool) -> None:
    made = plan(contents_of(A), row(A), row(B, edited=True), keep_local=keep_local)
    assert made.local_edits == [B.guid]
    assert [one.guid for one in made.removed] == ([] if keep_local else [B.guid])


def test_an_edit_that_says_what_is_published_is_no_local_edit() -> None:
    made = plan(contents_of(A), row(A, edited=True))
    assert (made.local_edits, made.unchanged) == ([], 1)


def test_a_file_that_cannot_be_read_withdraws_nothing() -> None:
    made = plan(contents_of(A, skipped=(Skipped(B.path, "broken"),)), row(A), row(B))
    assert made.changes_nothing
    assert made.unchanged == 2


def test_a_guid_that_another_domain_took_is_claimed() -> None:
    made = plan(contents_of(A, B), row(A), foreign={B.guid: "user"})
    assert (made.added, made.claimed, made.skipped) == ([B], {B.guid: "user"}, [])


def refusals(contents: SourceContents, *rows: OfficialRow, allow: bool = False) -> list[str]:
    catalogue = {row.guid: row for row in rows}
    made = plan_sync(contents, catalogue, {}, keep_local=False)
    return [*find_refusals(contents), *([] if allow else find_mass_removal(made, catalogue))]


def test_an_empty_source_is_refused_even_when_a_mass_removal_is_allowed_h6() -> None:
    assert refusals(contents_of(), allow=True) == ["The source holds no official document."]


@pytest.mark.parametrize(("failing", "refused"), [(2, False), (3, True)])
def test_more_than_a_fifth_of_failing_documents_is_refused(failing: int, refused: bool) -> None:
    good = [document(f"{number:032x}") for number in range(8)]
    bad = tuple(Skipped(f"{number}.json", "broken") for number in range(failing))
    assert bool(refusals(contents_of(*good, skipped=bad))) is refused


@pytest.mark.parametrize(("kept", "refused"), [(2, False), (1, True)])
def test_removing_more_than_half_of_the_catalogue_is_refused_unless_allowed(kept: int, refused: bool) -> None:
    catalogue = [document(f"{number:032x}") for number in range(4)]
    rows = [*(row(one) for one in catalogue), row(A, live=False)]
    assert bool(refusals(contents_of(*catalogue[:kept]), *rows)) is refused
    assert refusals(contents_of(*catalogue[:kept]), *rows, allow=True) == []


def test_a_first_sync_removes_nothing_and_is_not_refused() -> None:
    assert refusals(contents_of(A)) == []
