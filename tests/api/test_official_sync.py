"""POST /api/assemblies/official/sync and GET /api/assemblies/official/syncs."""

from pathlib import Path
from typing import Any

import pytest

from assemblies.models import Assembly, SyncRecord
from assemblies.payloads import PayloadStore
from devmode.models import AuditEntry, DevModeGrant
from tests.api.conftest import Api, assert_private, assert_refused, denials, traces
from tests.official.published_folder import guid, publish, publish_many

SYNC, SYNCS = "/api/assemblies/official/sync", "/api/assemblies/official/syncs"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any, library: PayloadStore) -> Path:
    folder = tmp_path / "published"
    publish_many(folder, 3)
    settings.OFFICIAL_SOURCE = str(folder)
    return folder


@pytest.fixture
def as_granted(as_administrator: Api) -> Api:
    assert as_administrator.post("/api/assemblies/dev-mode/switch", {"enabled": True}).status_code == 200
    return as_administrator


@pytest.mark.parametrize("path", [SYNC, f"{SYNC}/"])
def test_the_catalogue_is_brought_to_what_the_source_publishes(as_granted: Api, path: str) -> None:
    answer = as_granted.post(path, {})
    assert answer.status_code == 200
    report = answer.json()
    assert (report["added"], report["rows"], report["dry_run"]) == ([guid(1), guid(2), guid(3)], 3, False)
    item = as_granted.get(f"/api/assemblies/{guid(1)}").json()
    assert (item["upstream_state"], item["is_dirty"], item["origin_changed"]) == ("up_to_date", False, None)
    audit = AuditEntry.objects.get(event="official.sync")
    assert (audit.actor, audit.dev_mode, audit.outcome) == ("ada", True, "success")
    assert_private(answer)


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(as_granted: Api, library: PayloadStore) -> None:
    before = traces(library)
    report = as_granted.post(SYNC, {"dry_run": True}).json()
    assert (report["dry_run"], len(report["added"]), len(report["diffs"])) == (True, 3, 3)
    assert (traces(library), SyncRecord.objects.count()) == (before, 0)


@pytest.mark.parametrize("body", [{}, {"dry_run": True}])
def test_only_an_administrator_in_dev_mode_may(
    anonymous: Api,
    as_viewer: Api,
    as_operator: Api,
    as_administrator: Api,
    library: PayloadStore,
    body: dict[str, Any],
) -> None:
    before = traces(library)
    assert_refused(anonymous.post(SYNC, body), 401, "not_authenticated")
    assert_refused(as_viewer.post(SYNC, body), 403, "forbidden")
    assert_refused(as_operator.post(SYNC, body), 403, "forbidden")
    assert_refused(as_administrator.post(SYNC, body), 403, "dev_mode_required")
    assert (traces(library), denials(), SyncRecord.objects.count()) == (before, 3, 0)


def test_a_grant_that_ended_allows_no_sync_of_nothing(as_granted: Api) -> None:
    assert as_granted.post(SYNC, {}).status_code == 200
    DevModeGrant.objects.all().delete()
    for body in ({}, {"dry_run": True}):
        assert_refused(as_granted.post(SYNC, body), 403, "dev_mode_required")


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"source": "/etc"}, "unknown_field", "source"),
        ({"ref": "main"}, "unknown_field", "ref"),
        ({"dry_run": "yes"}, "invalid_field", "dry_run"),
        ({"dry_run": None}, "invalid_field", "dry_run"),
        ([], "invalid_document", "document"),
    ],
)
def test_a_request_says_nothing_about_the_source(as_granted: Api, body: Any, code: str, field: str) -> None:
    detail = assert_refused(as_granted.post(SYNC, body), 400, code)
    assert detail["field"] == field
    assert not Assembly.objects.exists()


def test_a_refusal_says_why_and_leaves_the_catalogue(as_granted: Api, folder: Path) -> None:
    as_granted.post(SYNC, {})
    (folder / "scripts/linux/number-1.json").write_text("{")
    detail = assert_refused(as_granted.post(SYNC, {}), 409, "sync_refused")
    assert detail["reasons"] == ["1 of 3 documents cannot be read; at most 20% may."]
    assert Assembly.objects.live().count() == 3


def test_a_missing_source_is_a_refusal_too(as_granted: Api, settings: Any, tmp_path: Path) -> None:
    settings.OFFICIAL_SOURCE = str(tmp_path / "absent")
    assert_refused(as_granted.post(SYNC, {}), 409, "source_unreadable")


def test_everybody_sees_what_was_synchronised_and_administrators_from_where(
    as_granted: Api, as_viewer: Api, folder: Path, anonymous: Api
) -> None:
    as_granted.post(SYNC, {})
    publish(folder, 1, script="echo better\n")
    as_granted.post(SYNC, {})
    answer = as_granted.get(SYNCS)
    listed = answer.json()
    newest, first = listed["results"]
    assert (listed["count"], newest["outcome"], newest["counts"]["changed"]) == (2, "done", 1)
    assert (newest["previous_version"], newest["actor"]) == (first["source_version"], "ada")
    assert (newest["source"], newest["reasons"], newest["undone_by"]) == (str(folder), [], None)
    assert newest["first_revision"] == newest["last_revision"] == 4
    assert_private(answer)

    seen = as_viewer.get(f"{SYNCS}/?limit=1").json()
    assert seen["results"] == [
        {name: value for name, value in newest.items() if name not in {"actor", "source", "reasons"}}
    ]
    assert seen["next"].endswith("?limit=1&offset=1")
    assert_refused(anonymous.get(SYNCS), 401, "not_authenticated")


@pytest.mark.parametrize("query", ["?limit=0", "?colour=red", "?offset=x"])
def test_a_bad_parameter_is_refused(as_viewer: Api, query: str) -> None:
    assert as_viewer.get(SYNCS + query).status_code == 400


def test_the_list_is_filtered_by_upstream_state(as_granted: Api, as_viewer: Api, folder: Path) -> None:
    publish(folder, 4)
    as_granted.post(SYNC, {})
    (folder / "scripts/linux/number-4.json").unlink()
    as_granted.post(SYNC, {})
    as_granted.patch(f"/api/assemblies/{guid(1)}", {"summary": "Ours."})

    def found(query: str) -> list[str]:
        items = as_viewer.get(f"/api/assemblies?{query}").json()["results"]
        return [item["assembly_guid"] for item in items]

    assert found("upstream_state=locally_modified") == [guid(1)]
    assert found("upstream_state=up_to_date") == [guid(2), guid(3)]
    assert found("upstream_state=removed_upstream&deleted=true") == [guid(4)]
    assert as_viewer.get("/api/assemblies?upstream_state=odd").status_code == 400


def test_an_item_is_put_back_with_the_states_it_was_read_with(as_granted: Api) -> None:
    as_granted.post(SYNC, {})
    item = as_granted.get(f"/api/assemblies/{guid(1)}").json()
    assert as_granted.put(f"/api/assemblies/{guid(1)}", item | {"summary": "Ours."}).status_code == 200
    assert as_granted.get(f"/api/assemblies/{guid(1)}").json()["upstream_state"] == "locally_modified"
