"""POST /api/assemblies/import."""

import base64
import json
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from assemblies.domains import Domain
from assemblies.models import Assembly, JournalEntry
from assemblies.payloads import PayloadStore
from tests.api.conftest import Api, MakeAssembly, assert_refused, denials, path_of, traces
from tests.patience import at_most

pytestmark = pytest.mark.database

IMPORT = "/api/assemblies/import"
GUID = "0123456789abcdef0123456789abcdef"


def document(**fields: Any) -> dict[str, Any]:
    return {
        "assembly_guid": GUID,
        "name": "Greet",
        "description": "",
        "type": "bash",
        "script": base64.b64encode(b"echo hi\r\n").decode(),
        "timeout_seconds": 60,
        "variables": [],
        "files": [],
    } | fields


def upload(content: bytes, name: str = "greet.json") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_an_anonymous_visitor_is_asked_to_sign_in(anonymous: Api, library: PayloadStore) -> None:
    assert_refused(anonymous.post(IMPORT, {"document": document()}), 401, "not_authenticated")
    assert traces(library) == (0, 0, 0)


def test_a_viewer_is_refused_before_the_document_is_read(as_viewer: Api, library: PayloadStore) -> None:
    assert_refused(as_viewer.post(IMPORT, {"document": "nonsense"}), 403, "forbidden")
    assert (traces(library), denials()) == ((0, 0, 0), 1)


@pytest.mark.parametrize("domain", ["official", "community"])
def test_protected_domains_need_dev_mode_or_more(
    as_operator: Api, as_administrator: Api, library: PayloadStore, domain: str
) -> None:
    order = {"document": document(), "domain": domain}
    assert_refused(as_operator.post(IMPORT, order), 403, "forbidden")
    assert_refused(as_administrator.post(IMPORT, order), 403, "dev_mode_required")
    assert traces(library) == (0, 0, 0)


@pytest.mark.parametrize("as_text", [False, True])
def test_a_document_is_created_and_then_updated(as_operator: Api, as_text: bool) -> None:
    def sent(entry: dict[str, Any]) -> Any:
        return {"document": json.dumps(entry) if as_text else entry}

    first = as_operator.post(IMPORT, sent(document()))
    assert (first.status_code, first.json()["assembly_guid"], first.json()["flags"]) == (201, GUID, [])
    second = as_operator.post(IMPORT, sent(document(name="Renamed")))
    assert (second.status_code, second.json()["display_name"]) == (200, "Renamed")
    again = as_operator.post(IMPORT, sent(document(name="Renamed")))
    assert (again.status_code, again.json()["revision"]) == (200, second.json()["revision"])
    assert as_operator.get(path_of(GUID)).json()["payload"] == "echo hi\r\n"


def test_a_guid_can_be_given_to_a_document_without_one(as_operator: Api) -> None:
    entry = document()
    del entry["assembly_guid"]
    order = {"document": entry, "assembly_guid": GUID.upper()}
    assert as_operator.post(IMPORT, order).json()["assembly_guid"] == GUID


def test_policies_for_taken_guids(as_operator: Api) -> None:
    as_operator.post(IMPORT, {"document": document()})
    changed = document(name="Changed")
    skipped = as_operator.post(IMPORT, {"document": changed, "on_conflict": "skip"})
    assert (skipped.status_code, skipped.json()["display_name"]) == (200, "Greet")
    assert_refused(as_operator.post(IMPORT, {"document": changed, "on_conflict": "fail"}), 409, "guid_taken")
    copy = as_operator.post(IMPORT, {"document": changed, "on_conflict": "new_guid"})
    assert (copy.status_code, copy.json()["assembly_guid"] != GUID) == (201, True)
    assert Assembly.objects.get(guid=GUID).display_name == "Greet"


def test_h1_a_document_whose_guid_lives_in_another_domain_overwrites_nothing(
    as_operator: Api, make_assembly: MakeAssembly, library: PayloadStore
) -> None:
    make_assembly("Official", Domain.OFFICIAL, assembly_guid=GUID)
    before = list(Assembly.objects.values()), traces(library)
    answer = as_operator.post(IMPORT, {"document": document(), "domain": "user"})
    assert assert_refused(answer, 409, "guid_in_other_domain")["domain"] == "official"
    assert (list(Assembly.objects.values()), traces(library)) == before


def test_h8_an_ansible_document_with_its_playbook_in_script_is_a_playbook(as_operator: Api) -> None:
    playbook = base64.b64encode(b"- hosts: all\n").decode()
    item = as_operator.post(IMPORT, {"document": document(type="ansible", script=playbook)}).json()
    assert (item["assembly_kind"], item["assembly_type"]) == ("ansible", "ansible")
    assert Assembly.objects.get(guid=GUID).kind == "ansible"


def test_a_preview_writes_nothing_and_says_what_would_happen(
    as_operator: Api, as_viewer: Api, make_assembly: MakeAssembly, library: PayloadStore
) -> None:
    namesake = make_assembly("Greet")
    taken = make_assembly("Other", Domain.COMMUNITY)
    before = traces(library)
    order = {"document": document(description="a\u200bb"), "dry_run": True}
    (line,) = as_operator.post(IMPORT, order).json()["preview"]
    assert (line["assembly_guid"], line["standing"], line["same_name_guids"]) == (GUID, "new", [namesake])
    assert (line["flags"][0]["character"], line["refusal"]) == ("U+200B", None)
    (line,) = as_operator.post(IMPORT, order | {"assembly_guid": taken}).json()["preview"]
    assert (line["standing"], line["refusal"]["code"]) == ("other_domain", "guid_in_other_domain")
    (line,) = as_viewer.post(IMPORT, order).json()["preview"]
    assert line["refusal"]["code"] == "forbidden"
    assert (traces(library), denials()) == (before, 0)


def test_a_json_file_can_be_uploaded(as_operator: Api) -> None:
    form = {"file": upload(json.dumps(document()).encode()), "domain": "user", "on_conflict": "update"}
    answer = as_operator.upload(IMPORT, form)
    assert (answer.status_code, answer.json()["assembly_guid"]) == (201, GUID)
    preview = as_operator.upload(IMPORT, {"document": upload(json.dumps(document()).encode()), "dry_run": "true"})
    assert preview.json()["preview"][0]["standing"] == "same"
    assert as_operator.upload(IMPORT, {"document": json.dumps(document())}).status_code == 200


@pytest.mark.parametrize(
    ("form", "code", "field"),
    [
        ({"colour": "red"}, "unknown_field", "colour"),
        ({"file": "text"}, "invalid_field", "file"),
        ({"dry_run": "perhaps"}, "invalid_field", "dry_run"),
        ({"domain": ["user", "user"]}, "invalid_field", "domain"),
        ({"on_conflict": "a\0b"}, "invalid_field", "on_conflict"),
        ({}, "invalid_document", "document"),
        ({"file": upload(b"{}"), "document": "{}"}, "invalid_field", "document"),
        ({"file": upload(b"{}")}, "not_an_assembly", "document"),
    ],
)
def test_a_bad_form_names_its_field(
    as_operator: Api, library: PayloadStore, form: dict[str, Any], code: str, field: str
) -> None:
    assert assert_refused(as_operator.upload(IMPORT, form), 400, code)["field"] == field
    assert traces(library) == (0, 0, 0)


def test_an_upload_beyond_every_limit_is_refused_unread(
    as_operator: Api, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAX_ATTACHMENT_BYTES = 1024
    monkeypatch.setattr("assemblies.web.uploads.MAX_UNPACKED_BYTES", 1024)
    answer = as_operator.upload(IMPORT, {"file": upload(b" " * (70 * 1024))})
    assert_refused(answer, 413, "document_too_large")


def test_form_fields_beyond_the_limit_are_refused(as_operator: Api) -> None:
    answer = as_operator.upload(IMPORT, {"document": " " * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)})
    assert_refused(answer, 413, "document_too_large")


def test_the_same_idempotency_key_imports_once(as_operator: Api) -> None:
    entry = document()
    del entry["assembly_guid"]
    first = as_operator.post(IMPORT, {"document": entry}, Idempotency_Key="once")
    again = as_operator.post(IMPORT, {"document": entry}, Idempotency_Key="once")
    assert first.json()["assembly_guid"] == again.json()["assembly_guid"]
    assert JournalEntry.objects.count() == 1


def test_six_hundred_imports_a_minute_are_enough(as_operator: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assemblies.api.transfers.ImportThrottle.limit", 1)
    assert as_operator.post(IMPORT, {"document": document()}).status_code == 201
    answer = as_operator.post(IMPORT, {"document": document()})
    assert_refused(answer, 429, "throttled")
    assert 30 < int(answer["Retry-After"]) <= 60


def deep(levels: int) -> str:
    return "[" * levels + "]" * levels


TEXT = json.dumps(document())
REFUSED_DOCUMENTS = {
    "over-size": (json.dumps(document(extra="x" * (3 << 20))), 413, None),
    "over-deep": (TEXT[:-1] + f',"extra":{deep(65)}}}', 400, "extra"),
    "absurdly deep": (TEXT[:-1] + f',"extra":{deep(50_000)}}}', 400, "document"),
    "duplicate key": (TEXT[:-1] + ',"name":"Again"}', 400, "name"),
    "duplicate nested key": (TEXT[:-1] + ',"sites":{"mode":"all","mode":"all"}}', 400, "sites.mode"),
    "NaN": (TEXT[:-1] + ',"extra":NaN}', 400, "extra"),
    "infinity": (TEXT[:-1] + ',"extra":-Infinity}', 400, "extra"),
    "1e400": (TEXT[:-1] + ',"extra":1e400}', 400, "extra"),
    "huge integer": (TEXT[:-1] + f',"extra":{"9" * 100_000}}}', 400, "extra"),
    "lone surrogate": (TEXT[:-1] + ',"extra":"\\udfff"}', 400, "extra"),
    "NUL in text": (json.dumps(document(name="a\0b")), 400, "name"),
    "NUL in an unknown key": (json.dumps(document(**{"a\0b": 1})), 400, "a\\u0000b"),
    "byte order mark": ("\ufeff" + TEXT, 400, "document"),
    "no JSON": ("{", 400, "document"),
    "no object": ("[]", 400, "document"),
    "unpadded base64": (json.dumps(document(script="aGk")), 400, "script"),
    "base64 with a line break": (json.dumps(document(script="aG\nk=")), 400, "script"),
    "stray base64 bits": (json.dumps(document(script="aGl=")), 400, "script"),
    "file with bad base64": (json.dumps(document(files=[{"name": "a", "data": "!"}])), 400, "files[0].data"),
    "file with a wrong size": (
        json.dumps(document(files=[{"name": "a", "data": "", "size": 9}])),
        400,
        "files[0].size",
    ),
    "file named like a path": (
        json.dumps(document(files=[{"name": "../../etc/passwd", "data": ""}])),
        400,
        "files[0].file_name",
    ),
    "unknown type": (json.dumps(document(type="cobol")), 400, "type"),
    "no name": (json.dumps(document(name="")), 400, "name"),
    "bad GUID": (json.dumps(document(assembly_guid="../../x")), 400, "assembly_guid"),
}


@pytest.mark.parametrize("case", REFUSED_DOCUMENTS)
def test_a_refused_document_names_its_field_within_a_second_and_leaves_nothing(
    as_operator: Api, library: PayloadStore, case: str
) -> None:
    text, status, field = REFUSED_DOCUMENTS[case]
    bodies: list[Any] = [{"document": text}, f'{{"document":{text}}}'.encode()]
    with at_most(3):
        answers = [as_operator.post(IMPORT, body) for body in bodies]
        answers.append(as_operator.upload(IMPORT, {"file": upload(text.encode())}))
    assert [answer.status_code for answer in answers] == [status] * 3, [answer.content for answer in answers]
    assert traces(library) == (0, 0, 0)
    if field is not None:
        assert answers[0].json()["detail"]["field"].startswith(field)
        assert answers[2].json()["detail"]["field"].startswith(field)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"on_conflict": "overwrite"}, "on_conflict"),
        ({"on_conflict": 1}, "on_conflict"),
        ({"dry_run": "true"}, "dry_run"),
        ({"domain": 1}, "domain"),
        ({"document": 7}, "document"),
        ({"assembly_guid": 7}, "assembly_guid"),
        ({"owner": "me"}, "owner"),
    ],
)
def test_a_bad_order_names_its_field(as_operator: Api, change: dict[str, Any], field: str) -> None:
    answer = as_operator.post(IMPORT, {"document": document()} | change)
    assert (answer.status_code, answer.json()["detail"]["field"]) == (400, field)


HOSTILE_NAMES = ["..", ".", "a/b", "a\\b", "", " ", "a\nb", "a\rb", "x" * 256, "/etc/passwd", "\u2028", "a\x7fb"]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_file_name_is_refused_and_makes_no_file(as_operator: Api, library: PayloadStore, name: str) -> None:
    answer = as_operator.post(IMPORT, {"document": document(files=[{"name": name, "data": ""}])})
    assert assert_refused(answer, 400, "invalid_field")["field"] == "files[0].file_name"
    assert traces(library) == (0, 0, 0)
