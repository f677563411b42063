"""The migration through its command, in both profiles: exit codes, JSON, and the database before and after."""

import json
from typing import Any

import pytest

from tests.rekeying.bench import NEW, NEWER, OLD, AtocoreBench, CatalogueBench

Benches = AtocoreBench | CatalogueBench
P05 = {"id": "p05-x", "aliases": ["p05", "Old Name"]}
NO_COUNTS = {
    "shadow_projects": 0,
    "state_rekey_rows": 0,
    "state_collisions": 0,
    "state_historical_drops": 0,
    "memory_rekey_rows": 0,
    "memory_supersede_rows": 0,
    "interaction_rekey_rows": 0,
}
NOTHING_DONE = {
    "shadow_projects_deleted": 0,
    "state_rows_rekeyed": 0,
    "state_rows_merged_as_duplicate": 0,
    "state_rows_replaced_inactive_canonical": 0,
    "state_rows_historical_dropped": 0,
    "memory_rows_rekeyed": 0,
    "memory_rows_superseded": 0,
    "interaction_rows_rekeyed": 0,
    "canonical_rows_created": 0,
}


def planned(bench: Benches, **expected: int) -> None:
    """Rehearse, and compare the counts; keys as the atocore profile has them."""
    called = bench.run("--json")
    assert called.exit_code == 0, called
    assert called.answer["counts"] == {bench.key(name): count for name, count in (NO_COUNTS | expected).items()}


def applied(bench: Benches, archived: int = 0, **expected: int) -> dict[str, Any]:
    """Apply, compare the summary, and see that a second apply finds nothing to do and changes nothing."""
    called = bench.run("--apply", "--json")
    assert called.exit_code == 0, called
    extras = {} if isinstance(bench, AtocoreBench) else {"payload_dirs_moved": 0, "state_rows_archived": archived}
    summary = {bench.key(name): count for name, count in (NOTHING_DONE | expected).items()} | extras
    assert called.answer["apply_summary"] == summary
    before = bench.dump()
    assert bench.run("--apply").exit_code == 3
    assert bench.run("--apply", "--allow-empty").exit_code == 0
    assert bench.dump() == before
    answer: dict[str, Any] = called.answer
    return answer


def test_an_empty_registry_plans_nothing(bench: Benches) -> None:
    bench.state("p05", "v")
    before = bench.dump()
    planned(bench)
    refused = bench.run("--apply")
    allowed = bench.run("--apply", "--allow-empty", "--json")
    assert (refused.exit_code, allowed.exit_code) == (3, 0)
    assert allowed.answer["is_empty"]
    assert bench.dump() == before


def test_a_superseded_row_without_a_counterpart_is_kept_superseded(bench: Benches) -> None:
    bench.register(P05)
    bench.state("p05", "v", "superseded")
    bench.parent("p05-x")
    planned(bench, shadow_projects=1, state_rekey_rows=1)
    applied(bench, shadow_projects_deleted=1, state_rows_rekeyed=1)
    assert bench.states() == [("p05-x", "c", "k", "v", "superseded")]
    assert bench.parents() == ["p05-x"]


def test_a_superseded_row_gives_way_to_an_active_canonical_row(bench: Benches) -> None:
    bench.register(P05)
    bench.state("p05", "old", "superseded")
    bench.state("p05-x", "new")
    planned(bench, shadow_projects=1, state_historical_drops=1)
    applied(bench, archived=1, shadow_projects_deleted=1, state_rows_historical_dropped=1)
    assert bench.states() == [("p05-x", "c", "k", "new", "active")]


def test_an_active_row_replaces_an_invalid_canonical_row(bench: Benches) -> None:
    bench.register(P05)
    bench.state("p05", "live")
    bench.state("p05-x", "dead", "invalid", at=NEWER)
    planned(bench, shadow_projects=1, state_rekey_rows=1)
    applied(
        bench, archived=1, shadow_projects_deleted=1, state_rows_rekeyed=1, state_rows_replaced_inactive_canonical=1
    )
    assert bench.states() == [("p05-x", "c", "k", "live", "active")]


def test_two_active_rows_that_differ_refuse_an_apply_and_are_shown_with_values_and_times(bench: Benches) -> None:
    bench.register(P05)
    bench.state("p05", "one", at=OLD)
    bench.state("p05-x", "other", at=NEWER)
    planned(bench, shadow_projects=1, state_collisions=1)
    before = bench.dump()
    refused, rehearsed = bench.run("--apply", "--json"), bench.run()
    assert (refused.exit_code, rehearsed.exit_code) == (2, 0)
    assert refused.answer["has_collisions"] and refused.answer["code"] == "migration_refused"
    [collision] = refused.answer[bench.key("state_plans")][0]["collisions"]
    assert [collision[side]["status"] for side in ("shadow", "canonical")] == ["active", "active"]
    for shown in ("one", "other", OLD, NEWER, "Collisions"):
        assert shown in rehearsed.stdout
    assert bench.dump() == before


def test_rows_that_say_the_same_are_merged(bench: Benches) -> None:
    bench.register(P05)
    bench.state("p05", "v")
    bench.state("p05-x", "v")
    planned(bench, shadow_projects=1, state_rekey_rows=1)
    applied(bench, shadow_projects_deleted=1, state_rows_merged_as_duplicate=1)
    assert bench.states() == [("p05-x", "c", "k", "v", "active")]


def test_a_live_value_does_not_end_inactive_when_merged_into_an_inactive_row(bench: Benches) -> None:
    bench.register(P05)
    bench.state("p05", "v")
    bench.state("p05-x", "v", "superseded")
    applied(bench, shadow_projects_deleted=1, state_rows_merged_as_duplicate=1)
    assert bench.states() == [("p05-x", "c", "k", "v", "active")]


def test_two_shadows_of_a_missing_canonical_parent_share_one_new_one(bench: Benches) -> None:
    bench.register(P05)
    bench.state("p05", "a", key="one")
    bench.state("old name", "b", key="two")
    planned(bench, shadow_projects=2, state_rekey_rows=2)
    applied(bench, shadow_projects_deleted=2, state_rows_rekeyed=2, canonical_rows_created=1)
    assert bench.parents() == ["p05-x"]
    assert [said[:1] + said[2:4] for said in bench.states()] == [("p05-x", "one", "a"), ("p05-x", "two", "b")]


def test_two_shadows_with_two_live_values_collide(bench: Benches) -> None:
    bench.register(P05)
    bench.state("p05", "a")
    bench.state("old name", "b")
    planned(bench, shadow_projects=2, state_collisions=1)
    before = bench.dump()
    assert bench.run("--apply").exit_code == 2
    assert bench.dump() == before


def test_of_two_shadows_the_live_one_stands_and_the_other_is_archived(bench: Benches) -> None:
    bench.register(P05)
    bench.state("p05", "a", "superseded", at=NEWER)
    bench.state("old name", "b", at=OLD)
    applied(
        bench,
        archived=1,
        shadow_projects_deleted=2,
        state_rows_rekeyed=1,
        state_rows_historical_dropped=1,
        canonical_rows_created=1,
    )
    assert bench.states() == [("p05-x", "c", "k", "b", "active")]


def test_a_parent_that_differs_in_letter_case_only_keeps_all_its_rows(bench: Benches) -> None:
    bench.register({"id": "p05-x", "aliases": ["p05"]})
    bench.state("P05-X", "v")
    bench.state("P05-X", "w", "superseded", key="other")
    applied(bench, shadow_projects_deleted=1, state_rows_rekeyed=2, canonical_rows_created=1)
    assert bench.parents() == ["p05-x"]
    assert bench.states() == [("p05-x", "c", "k", "v", "active"), ("p05-x", "c", "other", "w", "superseded")]


@pytest.mark.parametrize(
    ("alias_at", "canonical_at", "left"),
    [
        (NEWER, OLD, {"memory_rows_rekeyed": 1, "memory_rows_superseded": 1}),
        (OLD, NEWER, {"memory_rows_superseded": 1}),
        (NEW, NEW, {"memory_rows_superseded": 1}),
    ],
)
def test_of_two_equal_notes_the_newer_stands_and_the_canonical_in_a_tie(
    bench: Benches, alias_at: str, canonical_at: str, left: dict[str, int]
) -> None:
    bench.register(P05)
    bench.note("p05", at=alias_at)
    bench.note("p05-x", at=canonical_at)
    applied(bench, **left)
    assert bench.notes() == [("p05-x", "n", "active"), ("p05-x", "n", "superseded")]


def test_a_plan_that_only_supersedes_is_not_empty(bench: Benches) -> None:
    bench.register(P05)
    bench.note("p05", at=OLD)
    bench.note("p05-x", at=NEW)
    planned(bench, memory_supersede_rows=1)
    assert not bench.run("--json").answer["is_empty"]
    applied(bench, memory_rows_superseded=1)


def test_notes_that_differ_are_all_rekeyed(bench: Benches) -> None:
    bench.register(P05)
    for name, content in (("p05", "a"), (" P05-X", "b"), ("elsewhere", "c"), ("p05-x", "d")):
        bench.note(name, content)
    applied(bench, memory_rows_rekeyed=2)
    assert sorted(name for name, *_ in bench.notes()) == ["elsewhere", "p05-x", "p05-x", "p05-x"]


def test_references_by_an_alias_in_any_letter_case_are_rekeyed_and_others_left_alone(bench: Benches) -> None:
    bench.register(P05)
    for name in ("OLD NAME", "P05-x", "p05-x", "elsewhere"):
        bench.reference(name)
    planned(bench, interaction_rekey_rows=2)
    applied(bench, interaction_rows_rekeyed=2)
    assert bench.references() == ["elsewhere", "p05-x", "p05-x", "p05-x"]


def test_several_parents_of_one_canonical_id_refuse_an_apply(bench: Benches) -> None:
    bench.register(P05)
    bench.parent("p05-x")
    bench.parent("P05-X")
    before = bench.dump()
    called = bench.run("--json")
    assert called.exit_code == 0
    assert called.answer["integrity_errors"][0].startswith("several_parents")
    assert bench.run("--apply").exit_code == 2
    assert bench.dump() == before


def test_an_apply_of_another_plan_than_the_expected_one_is_refused(bench: Benches) -> None:
    bench.register(P05)
    bench.state("p05", "v")
    plan = bench.run("--json").answer["plan_sha256"]
    bench.state("p05", "w", key="since")
    before = bench.dump()
    refused = bench.run("--apply", "--json", "--expect-plan", plan)
    assert (refused.exit_code, refused.answer["code"]) == (4, "plan_changed")
    assert bench.dump() == before
    assert bench.run("--apply", "--expect-plan", refused.answer["plan_sha256"]).exit_code == 0


def test_json_is_one_object_alone_on_stdout(bench: Benches) -> None:
    bench.register(P05)
    bench.state("p05", "v")
    called = bench.run("--apply", "--json")
    assert called.answer["mode"] == "apply"
    assert called.answer["plan"]["counts"] == called.answer["counts"]


def test_each_run_writes_a_report_of_its_own(bench: Benches) -> None:
    bench.register(P05)
    bench.state("p05", "v")
    rehearsed, done = bench.run("--json").answer, bench.run("--apply", "--json").answer
    reports = sorted(bench.reports.glob("*[0-9Z].json"))
    assert [json.loads(path.read_text())["mode"] for path in reports] == ["dry-run", "apply"]
    assert [rehearsed["report_path"], done["report_path"]] == list(map(str, reports))
    report = json.loads(reports[1].read_text())
    assert report["row_counts_before"][bench.words.state_table] == report["row_counts_after"][bench.words.state_table]
    assert report["plan_sha256"] == rehearsed["plan_sha256"]
    assert report["apply_summary"] == done["apply_summary"]


def test_the_report_for_people_says_what_to_do_next(bench: Benches) -> None:
    bench.register(P05)
    bench.state("p05", "left", "invalid")
    bench.state("p05-x", "kept", "superseded")
    bench.note("p05")
    bench.reference("p05")
    rehearsed = bench.run()
    plan = bench.run("--json").answer["plan_sha256"]
    for shown in ("left", f"--apply --expect-plan {plan}", "Report: "):
        assert shown in rehearsed.stdout
    done = bench.run("--apply", "--expect-plan", plan)
    assert ("Backup: " in done.stdout) is bench.is_file
    assert "nothing is to be re-keyed" in bench.run().stdout


def test_collisions_between_two_shadows_and_rows_that_are_replaced_are_told_by_name(bench: Benches) -> None:
    bench.register(P05, {"id": "p06", "aliases": ["six"]})
    bench.state("p05", "one")
    bench.state("old name", "other")
    bench.state("six", "alive")
    bench.state("p06", "dead", "invalid")
    shown = bench.run().stdout
    for words in ("against old name", "Settle the errors", "six says something else", "dead"):
        assert words in shown


def test_a_table_for_people_is_cut_and_says_so(bench: Benches) -> None:
    bench.register(*({"id": f"p{number}", "aliases": [f"old{number}"]} for number in range(51)))
    for number in range(51):
        bench.note(f"old{number}")
    assert "… and 1 more" in bench.run().stdout
