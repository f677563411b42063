"""What an earlier release wrote is read for ever: its entries, their hashes and its replicas."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from assemblies.domains import Domain
from assemblies.journal.append import entry_hash
from assemblies.models import Content, JournalEntry, replica_model
from assemblies.models.columns import AssemblyColumns, project, project_text
from tests.releases.earlier import rows_of

OPERATIONS = {
    "adopt", "clone", "create", "delete", "discard", "import", "rekey", "revert", "sync", "undo", "update",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class LaterContent(Content):
    """A content with keys that no release has yet."""

    risk: str = ""
    reviews: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture(scope="module")
def entries() -> list[JournalEntry]:
    return [
        JournalEntry(**dict(row) | {"recorded_at": datetime.fromisoformat(row["recorded_at"]).replace(tzinfo=UTC)})
        for row in rows_of("engine", "SELECT * FROM assemblies_journalentry ORDER BY sequence")
    ]


def test_every_entry_has_the_hash_that_it_was_given(entries: list[JournalEntry]) -> None:
    assert {entry.operation for entry in entries} == OPERATIONS
    previous_hash = ""
    for entry in entries:
        assert (entry.previous_hash, entry.hash) == (previous_hash, entry_hash(entry)), entry
        previous_hash = entry.hash
    (head,) = rows_of("engine", "SELECT sequence, hash FROM assemblies_journalhead")
    assert tuple(head) == (len(entries), previous_hash)


def test_every_content_is_written_back_byte_for_byte(entries: list[JournalEntry]) -> None:
    contents = {entry.content: Content.from_json(entry.content) for entry in entries if entry.content}
    assert [content.to_json() for content in contents.values()] == list(contents)
    assert [project_text(text) for text in contents] == [project(content) for content in contents.values()]
    assert {content.kind for content in contents.values()} == {"ansible", "script", "workflow"}
    assert any(content.cloned_from for content in contents.values())
    assert any(content.extra and content.files[0].extra for content in contents.values() if content.files)


def test_a_release_that_knows_more_keys_writes_back_what_an_earlier_one_wrote(entries: list[JournalEntry]) -> None:
    for entry in entries:
        if entry.content:
            content = LaterContent.from_json(entry.content)
            assert (content.risk, content.reviews) == ("", [])
            assert content.to_json() == entry.content


def test_a_key_of_a_later_release_is_read_by_it_and_kept_by_this_one(entries: list[JournalEntry]) -> None:
    text = next(entry.content for entry in entries if entry.content)
    written = LaterContent.from_json(text[:-1] + ',"risk":"high","unknown":{"deep":[true,1.0]}}')
    assert (written.risk, written.unknown) == ("high", {"unknown": {"deep": [True, 1.0]}})
    assert Content.from_json(written.to_json()).to_json() == written.to_json() != text


def test_a_text_that_lacks_a_key_of_the_first_release_is_no_content(entries: list[JournalEntry]) -> None:
    text = next(entry.content for entry in entries if entry.content)
    with pytest.raises(TypeError, match="display_name"):
        Content.from_json(text.replace('"display_name"', '"name_displayed"', 1))


@pytest.mark.parametrize("domain", Domain)
def test_every_row_of_a_replica_is_what_its_content_says(domain: Domain) -> None:
    model: type[AssemblyColumns] = replica_model(domain)
    found = rows_of(domain.alias, "SELECT * FROM assemblies_domainassembly")
    assert found
    for row in found:
        updated_at = datetime.fromisoformat(row["updated_at"]).replace(tzinfo=UTC)
        stored = model(**dict(row) | {"updated_at": updated_at})
        assert {name: getattr(stored, name) for name in project(stored.read_content())} == project(
            stored.read_content()
        )
