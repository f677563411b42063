"""GET, PUT and DELETE /api/assemblies/<guid>/files/<name>."""

import hashlib
import io
from typing import Any
from urllib.parse import quote

import pytest

from assemblies.domains import Domain
from assemblies.models import Assembly
from assemblies.payloads import PayloadStore
from tests.api.conftest import Api, MakeAssembly, assert_private, assert_refused, denials, path_of, traces


def file_path(guid: str, name: str = "notes.txt") -> str:
    return path_of(guid, f"/files/{quote(name, safe='')}")


def cut(text: str) -> dict[str, Any]:
    """Return what a server passes on of a body that ends before its announced size."""
    return {"wsgi.input": io.BytesIO(text.encode())}


def file_names(guid: str) -> list[str]:
    return [facts.file_name for facts in Assembly.objects.get(guid=guid).read_content().files]


def test_an_anonymous_visitor_is_asked_to_sign_in(
    anonymous: Api, make_assembly: MakeAssembly, library: PayloadStore
) -> None:
    guid = make_assembly()
    before = traces(library)
    answers = (
        anonymous.get(file_path(guid)),
        anonymous.put_bytes(file_path(guid), b"x"),
        anonymous.delete(file_path(guid)),
    )
    for answer in answers:
        assert_refused(answer, 401, "not_authenticated")
    assert traces(library) == before


@pytest.mark.parametrize("domain", list(Domain))
def test_who_may_not_write_changes_nothing(
    as_viewer: Api,
    as_operator: Api,
    as_administrator: Api,
    make_assembly: MakeAssembly,
    library: PayloadStore,
    domain: Domain,
) -> None:
    guid = make_assembly(domain=domain, files=[{"name": "notes.txt", "data": ""}])
    before = traces(library)
    refused = [(as_viewer, "forbidden")]
    if domain != Domain.USER:
        refused += [(as_operator, "forbidden"), (as_administrator, "dev_mode_required")]
    for api, code in refused:
        assert_refused(api.put_bytes(file_path(guid), b"x"), 403, code)
        assert_refused(api.delete(file_path(guid)), 403, code)
    assert (traces(library), denials()) == (before, 2 * len(refused))


def test_bytes_go_in_and_come_out_the_same(as_operator: Api, as_viewer: Api, make_assembly: MakeAssembly) -> None:
    guid, content = make_assembly(), bytes(range(256)) * 4000
    answer = as_operator.put_bytes(file_path(guid, "ünï.bin"), content, "application/x-thing")
    assert (answer.status_code, answer.json()["assembly_guid"]) == (200, guid)
    (facts,) = Assembly.objects.get(guid=guid).read_content().files
    assert (facts.file_name, facts.mime_type, facts.size_bytes) == ("ünï.bin", "application/x-thing", len(content))
    shown = as_viewer.get(file_path(guid, "ünï.bin"))
    assert shown.getvalue() == content
    assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")
    assert shown["ETag"] == f'"{hashlib.sha256(content).hexdigest()}"'
    assert shown["Content-Disposition"] == "attachment; filename*=utf-8''%C3%BCn%C3%AF.bin"
    assert_private(shown)
    assert as_viewer.get(file_path(guid, "ünï.bin"), If_None_Match=shown["ETag"]).status_code == 304


def test_a_body_larger_than_a_document_may_be_is_streamed(
    as_operator: Api, make_assembly: MakeAssembly, settings: Any
) -> None:
    guid, content = make_assembly(), b"x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    for content_type in ("application/octet-stream", "application/x-www-form-urlencoded", "application/json"):
        assert as_operator.put_bytes(file_path(guid), content, content_type).status_code == 200
    assert Assembly.objects.get(guid=guid).read_content().files[0].size_bytes == len(content)


def test_a_git_lfs_pointer_is_no_file(as_operator: Api, make_assembly: MakeAssembly, library: PayloadStore) -> None:
    guid, pointer = make_assembly(), b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"
    before = traces(library)
    answer = as_operator.put_bytes(file_path(guid, "setup.msi"), pointer)
    assert assert_refused(answer, 400, "invalid_field")["field"] == "file"
    assert "setup.msi is a Git LFS pointer" in answer.json()["message"]
    assert traces(library) == before


def test_an_empty_file_is_a_file(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly()
    assert as_operator.put_bytes(file_path(guid), b"").status_code == 200
    assert as_operator.get(file_path(guid)).getvalue() == b""


def test_a_file_takes_the_place_of_one_of_its_name(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly(files=[{"name": "notes.txt", "data": "aGk="}])
    assert as_operator.put_bytes(file_path(guid), b"new").status_code == 200
    assert file_names(guid) == ["notes.txt"]
    assert as_operator.get(file_path(guid)).getvalue() == b"new"


def test_an_announced_size_above_the_limit_is_refused_unread(
    as_operator: Api, make_assembly: MakeAssembly, library: PayloadStore, settings: Any
) -> None:
    settings.MAX_ATTACHMENT_BYTES = 1024
    guid = make_assembly()
    before = traces(library)
    assert_refused(as_operator.put_bytes(file_path(guid), b"x" * 1025), 413, "attachment_too_large")
    assert traces(library) == before
    assert as_operator.put_bytes(file_path(guid), b"x" * 1024).status_code == 200


def test_a_connection_that_ends_early_stores_nothing(
    as_operator: Api, make_assembly: MakeAssembly, library: PayloadStore
) -> None:
    guid = make_assembly()
    before = traces(library)
    answer = as_operator.client.generic("PUT", file_path(guid), b"half", CONTENT_LENGTH="9", **cut("half"))
    assert assert_refused(answer, 400, "invalid_document")["field"] == "body"
    assert traces(library) == before


def test_a_body_without_an_announced_size_could_be_cut_and_is_refused(
    as_operator: Api, make_assembly: MakeAssembly, library: PayloadStore
) -> None:
    guid = make_assembly()
    before = traces(library)
    answer = as_operator.client.put(file_path(guid), headers={"Transfer-Encoding": "chunked"})
    assert_refused(answer, 400, "invalid_document")
    assert "Content-Length" in answer.json()["message"]
    assert traces(library) == before


@pytest.mark.parametrize("name", ["..", "a\\b", " ", "a\nb", "x" * 256, "\u2028"])
def test_a_hostile_name_is_refused_and_makes_no_file(
    as_operator: Api, make_assembly: MakeAssembly, library: PayloadStore, name: str
) -> None:
    guid = make_assembly()
    before = traces(library)
    answer = as_operator.put_bytes(file_path(guid, name), b"x")
    assert assert_refused(answer, 400, "invalid_field")["field"] == "file_name"
    assert traces(library) == before


def test_a_name_with_a_slash_has_no_address(
    as_operator: Api, make_assembly: MakeAssembly, library: PayloadStore
) -> None:
    guid = make_assembly()
    before = traces(library)
    assert_refused(as_operator.put_bytes(file_path(guid, "../../x"), b"x"), 404, "not_found")
    assert traces(library) == before


def test_a_bad_mime_type_is_refused(as_operator: Api, make_assembly: MakeAssembly) -> None:
    answer = as_operator.put_bytes(file_path(make_assembly()), b"x", "te\u00e9xt")
    assert_refused(answer, 400, "invalid_field")


def test_an_attachment_comes_off(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly(files=[{"name": "notes.txt", "data": "aGk="}])
    assert as_operator.delete(file_path(guid)).status_code == 200
    assert file_names(guid) == []
    assert_refused(as_operator.delete(file_path(guid)), 404, "attachment_not_found")
    assert_refused(as_operator.get(file_path(guid)), 404, "attachment_not_found")


def test_another_revision_is_a_conflict(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly(files=[{"name": "notes.txt", "data": "aGk="}])
    assert_refused(as_operator.put_bytes(file_path(guid), b"x", If_Match='"99"'), 412, "revision_conflict")
    assert_refused(as_operator.delete(file_path(guid), If_Match='"99"'), 412, "revision_conflict")
    assert as_operator.get(file_path(guid)).getvalue() == b"hi"
