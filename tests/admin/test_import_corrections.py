"""What was guessed of plain files is corrected in the preview: that is imported, and nothing typed is lost."""

import json
from typing import Any

import pytest
from django.test import Client

from assemblies.admin.import_export import guesses
from assemblies.domains import Operation
from assemblies.models import Assembly, AssemblyAlias, Content, JournalEntry
from devmode.models import AuditEntry
from tests.admin.import_page import Sent, document

SCRIPT = b'#!/bin/bash\n# Frees space.\nTARGET="${1:-/tmp}"\nfind "$TARGET" -name "*.log"\n'
POWERSHELL = b"param([string]$Mode = 'Soft', [Parameter(Mandatory)][int]$Days)\nWrite-Output $Mode $Days\n"
FILES = (("clean.sh", SCRIPT), ("rotate.ps1", POWERSHELL))


def keys_of(sent: Sent) -> list[str]:
    return [guess.key for _row, _pick, guess in sent.answer.context["picked_rows"] if guess]


def guess_at(sent: Sent, at: int) -> Any:
    return sent.answer.context["picked_rows"][at][2]


def typed(key: str, names: dict[str, str], *variables: dict[str, str]) -> dict[str, Any]:
    """Return what a browser sends of one guess: with these variables, each by its changed fields."""
    sent: dict[str, Any] = {f"{key}-sent": "1"} | {f"{key}-{name}": value for name, value in names.items()}
    if variables:
        count = str(len(variables))
        sent |= {f"{key}-variables-TOTAL_FORMS": count, f"{key}-variables-INITIAL_FORMS": count}
    for at, fields in enumerate(variables):
        sent |= {f"{key}-variables-{at}-of": str(at)}
        sent |= {f"{key}-variables-{at}-{name}": value for name, value in fields.items()}
    return sent


def content_of(name: str) -> Content:
    return Assembly.objects.get(display_name=name).read_content()


def test_what_was_read_stands_in_fields_by_itself_and_untouched_changes_nothing(olga: Client) -> None:
    sent = Sent(olga, *FILES, source="shop").preview()
    key = keys_of(sent)[1]

    assert f'name="{key}-display_name" value="rotate"' in sent.text
    assert f'name="{key}-variables-0-default" value="Soft"' in sent.text
    sent.pick("import", "import", **typed(key, {"display_name": "rotate"}, {"required": ""}, {"required": "on"}))
    assert sent.outcomes == ["created", "created"]
    assert JournalEntry.objects.count() == 2


def test_corrections_are_imported_in_the_same_transaction_as_a_revision_of_their_own(olga: Client) -> None:
    sent = Sent(olga, *FILES, source="shop").preview()
    first, second = keys_of(sent)
    fields = {"display_name": "Free space", "summary": "Removes logs.", "timeout_seconds": "60"}
    systems = {"operating_systems_shown": "1", "operating_systems": ["linux", "macos"]}
    corrected = typed(first, fields | systems)  # type: ignore[arg-type]
    corrected |= typed(second, {"display_name": "rotate"}, {"name": "Mode", "type": "string", "DELETE": "on"},
                       {"name": "Age", "type": "number", "default": "7", "required": ""})  # fmt: skip

    sent.pick("import", "import", **corrected)

    assert sent.outcomes == ["created", "created"]
    cleaned = content_of("Free space")
    assert (cleaned.summary, cleaned.timeout_seconds, cleaned.operating_systems) == (
        "Removes logs.",
        60,
        ["linux", "macos"],
    )
    rotated = [(one["name"], one["default"], one["required"]) for one in content_of("rotate").variables]
    assert rotated == [("Age", "7", False)]
    told = list(JournalEntry.objects.order_by("sequence").values_list("operation", flat=True))
    assert told == [Operation.IMPORT, Operation.IMPORT, Operation.UPDATE, Operation.UPDATE]
    assert json.loads(AuditEntry.objects.get(event="assembly.import").detail)["corrected"] == 2
    assert AssemblyAlias.objects.filter(alias__startswith="import:shop:").count() == 2


def test_a_second_import_keeps_what_was_corrected(olga: Client) -> None:
    sent = Sent(olga, *FILES, source="shop").preview()
    sent.pick("import", "import", **typed(keys_of(sent)[0], {"display_name": "Free space"}))

    again = Sent(olga, *FILES, source="shop").preview()

    assert [row.standing for row in again.rows] == ["same", "same"]
    again.pick("import", "import")
    assert again.outcomes == ["unchanged", "unchanged"]
    assert content_of("Free space").display_name == "Free space"
    again.preview().pick("import", "skip", **typed(keys_of(again)[0], {"summary": "Later words."}))
    assert again.outcomes == ["updated", "skipped"]
    assert content_of("Free space").summary == "Later words."


def test_what_cannot_be_taken_is_named_at_its_field_and_nothing_typed_is_lost(olga: Client) -> None:
    sent = Sent(olga, *FILES, source="shop").preview()
    first, second = keys_of(sent)
    wrong = typed(first, {"display_name": "Kept words", "timeout_seconds": "soon"})
    wrong |= typed(second, {"summary": "Kept, too."}, {"type": "number", "default": "7"}, {"name": "Mode"})

    sent.pick("import", "import", status=400, **wrong)

    assert not Assembly.objects.exists()
    assert "Some corrections cannot be taken" in sent.text
    assert guess_at(sent, 0).form["timeout_seconds"].errors
    assert guess_at(sent, 1).rows.errors != [{}, {}]
    for value in ("Kept words", "soon", "Kept, too."):
        assert value in sent.text
    assert sent.text.count('class="guessed" open') == 2
    sent.pick("skip", "import", **typed(first, {"timeout_seconds": "soon"}))
    assert sent.outcomes == ["skipped", "created"]


def test_what_was_typed_follows_its_file_when_others_are_chosen(olga: Client) -> None:
    sent = Sent(olga, FILES[1], source="shop").preview()
    corrected = typed(keys_of(sent)[0], {"display_name": "Typed before"}, {}, {"required": "on"})

    more = Sent(olga, *FILES, source="shop", **corrected).preview()

    assert guess_at(more, 1).form["display_name"].value() == "Typed before"
    assert guess_at(more, 0).form["display_name"].value() == "clean"
    assert "Typed before" in more.open(2).text


def test_documents_say_all_of_themselves_and_pages_have_bounds(
    olga: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guesses, "MAX_DOCUMENTS", 1)
    monkeypatch.setattr(guesses, "MAX_VARIABLES", 1)

    sent = Sent(olga, ("a.json", document()), FILES[1], FILES[0]).preview()

    assert [guess is not None for _row, _pick, guess in sent.answer.context["picked_rows"]] == [False, True, False]
    assert "There is no room here to correct 1 further document" in sent.text
    assert "It has too many variables to be corrected here" in sent.text


def test_a_script_that_a_correction_declares_to_be_another_language_is_checked_as_that(
    olga: Client,
    settings: Any,
) -> None:
    settings.REFUSE_ERRORS = ["user"]
    sent = Sent(olga, ("odd.sh", b"import os\nprint(os.getcwd())\nif [ a\n")).preview()
    refused = sent.pick("import", status=400, **typed(keys_of(sent)[0], {"assembly_type": "python"}))

    assert "invalid-syntax" in refused.text
    fine = Sent(olga, ("fine.sh", b"import os\nprint({'a': os.getcwd()})\n")).preview()
    fine.pick("import", **typed(keys_of(fine)[0], {"assembly_type": "python"}))
    assert content_of("fine").assembly_type == "python"


def test_asking_again_after_a_lost_answer_corrects_once(olga: Client) -> None:
    sent = Sent(olga, FILES[0], source="shop").preview()
    corrected = typed(keys_of(sent)[0], {"summary": "Once."})
    before = sent.answer
    sent.pick("import", **corrected)
    sent.answer = before
    sent._post("import", {name: str(before.context[name]) for name in ("tokens", "event")}
               | {"picks": json.dumps(["import"])} | corrected, 409)  # fmt: skip
    assert JournalEntry.objects.count() == 2
