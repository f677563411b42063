"""GET /api/assemblies/<guid>/export and /api/assemblies/export."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from assemblies import documents
from assemblies.domains import Domain
from assemblies.models import Assembly
from devmode.models import AuditEntry
from tests.api.conftest import Api, MakeAssembly, assert_private, assert_refused, path_of

ALL = "/api/assemblies/export"
IMPORT = "/api/assemblies/import"
STYLES = ["authoring", "legacy", "envelope"]


def members_of(answer: Any) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_an_anonymous_visitor_is_asked_to_sign_in(anonymous: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly()
    assert_refused(anonymous.get(path_of(guid, "/export")), 401, "not_authenticated")
    assert_refused(anonymous.get(ALL), 401, "not_authenticated")


@pytest.mark.parametrize("style", [None, *STYLES])
def test_a_viewer_gets_the_document_as_an_attachment(
    as_viewer: Api, make_assembly: MakeAssembly, style: str | None
) -> None:
    guid = make_assembly("Disk ünit", Domain.OFFICIAL, script="df\r\n")
    answer = as_viewer.get(path_of(guid, "/export") + (f"?style={style}" if style else ""))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer["Content-Disposition"] == f'attachment; filename="disk-unit--{guid[:8]}.json"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert_private(answer)
    found = documents.read_document(answer.content, max_bytes=1 << 20)
    assert (found.display_name, found.payload) == ("Disk ünit", b"df\r\n")


def test_scripts_can_be_readable(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly(script="df\r\n")
    body = as_viewer.get(path_of(guid, "/export?script_encoding=text&style=legacy")).json()
    assert (body["script"], body["script_encoding"]) == ("df\r\n", "plain")


def test_only_administrators_get_payload_guids(
    as_viewer: Api, as_administrator: Api, make_assembly: MakeAssembly
) -> None:
    guid = make_assembly()
    assert "payload_guid" not in as_viewer.get(path_of(guid, "/export?style=envelope")).json()
    shown = as_administrator.get(path_of(guid, "/export?style=envelope")).json()["payload_guid"]
    assert shown == Assembly.objects.get(guid=guid).payload_guid


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("style=xml", "invalid_field", "style"),
        ("script_encoding=rot13", "invalid_field", "script_encoding"),
        ("format=xml", "unknown_field", "format"),
    ],
)
def test_a_bad_parameter_is_named(
    as_viewer: Api, make_assembly: MakeAssembly, query: str, code: str, field: str
) -> None:
    answer = as_viewer.get(path_of(make_assembly(), f"/export?{query}"))
    assert assert_refused(answer, 400, code)["field"] == field


def test_what_is_not_there_cannot_be_exported(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly()
    as_operator.delete(path_of(guid))
    assert_refused(as_operator.get(path_of(guid, "/export")), 404, "assembly_not_found")
    assert_refused(as_operator.get(path_of("0" * 32, "/export")), 404, "assembly_not_found")


def test_a_domain_is_exported_as_an_archive(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    make_assembly("Mine")
    make_assembly("Theirs", Domain.OFFICIAL)
    answer = as_viewer.get(f"{ALL}?domain=user")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    assert answer["Content-Disposition"] == 'attachment; filename="user.zip"'
    assert [json.loads(content)["name"] for content in members_of(answer).values()] == ["Mine"]
    assert len(members_of(as_viewer.get(ALL))) == 2
    assert len(members_of(as_viewer.get(f"{ALL}?style=tree"))) == 4
    assert_refused(as_viewer.get(f"{ALL}?domain=moon"), 400, "invalid_field")


@pytest.mark.parametrize("domain", ["user", ""])
def test_an_export_of_a_domain_or_of_all_is_audited_and_names_its_revision(
    as_viewer: Api, make_assembly: MakeAssembly, domain: str
) -> None:
    make_assembly("Mine")
    make_assembly("Theirs", Domain.OFFICIAL)
    answer = as_viewer.get(f"{ALL}?domain={domain}&style=tree")
    entry = AuditEntry.objects.get(event="assembly.export")
    assert (answer["X-Borealis-Revision"], entry.actor, entry.outcome, entry.scope) == ("2", "vera", "success", domain)
    documents = 1 if domain else 2
    assert len(members_of(answer)) == 2 * documents
    assert entry.read_detail() == {"documents": documents, "left_out": 0, "revision": 2, "style": "tree"}
    as_viewer.get(path_of(make_assembly("One"), "/export"))
    assert AuditEntry.objects.filter(event="assembly.export").count() == 1


def test_an_archive_can_be_imported_again_and_changes_nothing(as_operator: Api, make_assembly: MakeAssembly) -> None:
    make_assembly("One", files=[{"name": "a", "data": "aGk="}])
    make_assembly("Two", type="python", script="pass\n")
    for style in ("authoring", "tree"):
        content = as_operator.get(f"{ALL}?style={style}").getvalue()
        upload = io.BytesIO(content)
        upload.name = "all.zip"
        lines = as_operator.upload(IMPORT, {"file": upload}).json()["results"]
        assert [line["status"] for line in lines] == ["unchanged", "unchanged"]


def test_equal_libraries_make_equal_archives(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    make_assembly()
    assert as_viewer.get(ALL).getvalue() == as_viewer.get(ALL).getvalue()


def test_exporting_costs_five_queries_at_most(
    as_viewer: Api, make_assembly: MakeAssembly, django_assert_max_num_queries: Any
) -> None:
    guid = make_assembly()
    with django_assert_max_num_queries(5):
        as_viewer.get(path_of(guid, "/export"))


@pytest.mark.parametrize("style", STYLES)
def test_every_real_document_survives_the_round_trip(as_operator: Api, corpus: Path, style: str) -> None:
    paths = sorted(corpus.rglob("*.json"))
    assert paths
    for path in paths:
        text = path.read_text(encoding="utf-8")
        first = as_operator.post(IMPORT, {"document": text, "on_conflict": "new_guid"})
        assert first.status_code == 201, (path.name, first.content)
        guid = first.json()["assembly_guid"]
        exported = as_operator.get(path_of(guid, f"/export?style={style}"))
        again = as_operator.post(IMPORT, {"document": exported.json(), "assembly_guid": guid})
        assert again.status_code == 200, (path.name, again.content)
        assert again.json()["content_hash"] == first.json()["content_hash"], path.name
        assert again.json()["checksum"] == first.json()["checksum"], path.name
