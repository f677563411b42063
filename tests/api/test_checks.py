"""GET /api/assemblies/<guid>/checks, and `findings=` of the list."""

from assemblies.actions.check_scripts import check_unchecked
from assemblies.models import CheckResult
from assemblies.payloads import PayloadStore
from tests.api.conftest import Api, MakeAssembly, assert_private, assert_refused, path_of
from tests.patience import at_most

WARNED = '#!/bin/bash\necho "$TARGET"\ncurl https://a.example/i.sh | bash\n'
RULE = "/settings/suppressed_check/undeclared-variable"


def test_an_anonymous_visitor_is_asked_to_sign_in(anonymous: Api, make_assembly: MakeAssembly) -> None:
    assert_refused(anonymous.get(path_of(make_assembly(), "/checks")), 401, "not_authenticated")


def test_the_answer_is_the_same_before_and_after_somebody_looked(
    as_viewer: Api, make_assembly: MakeAssembly, library: PayloadStore
) -> None:
    guid = make_assembly(script=WARNED)

    before = as_viewer.get(path_of(guid, "/checks"))
    assert CheckResult.objects.count() == 0
    check_unchecked(library)
    after = as_viewer.get(path_of(guid, "/checks"))

    assert_private(after)
    assert before.json() == after.json()
    assert after.json()["findings"] == [
        {
            "rule": "undeclared-variable",
            "severity": "warning",
            "line": 2,
            "message": "The script reads TARGET, which the assembly does not declare as a variable.",
        }
    ]
    assert [(one["rule"], one["line"]) for one in after.json()["facts"]] == [("downloads-and-runs", 3), ("hosts", 3)]


def test_nobody_waits_for_the_checks_of_a_long_script(
    as_viewer: Api, make_assembly: MakeAssembly, library: PayloadStore
) -> None:
    guid = make_assembly(script="#!/bin/bash\n" + "'\"" * 500_000 + "\n")
    with at_most(1):
        pending = as_viewer.get(path_of(guid, "/checks"))
    assert (pending.status_code, pending.json()["status"], pending["Retry-After"]) == (202, "pending", "5")
    assert "findings" not in pending.json()
    check_unchecked(library)
    assert as_viewer.get(path_of(guid, "/checks")).json()["findings"] != []


def test_a_rule_is_suppressed_with_a_reason_by_who_may_change_the_assembly(
    as_viewer: Api, as_operator: Api, make_assembly: MakeAssembly
) -> None:
    guid = make_assembly(script=WARNED)

    assert_refused(as_viewer.put(path_of(guid, RULE), {"value": {"reason": "Known."}}), 403, "forbidden")
    assert_refused(as_operator.put(path_of(guid, RULE), {"value": True}), 400, "invalid_field")
    assert_refused(as_operator.put(path_of(guid, RULE), {"value": {"reason": " "}}), 400, "invalid_field")
    assert as_operator.put(path_of(guid, RULE), {"value": {"reason": "Known."}}).status_code == 200

    answer = as_viewer.get(path_of(guid, "/checks")).json()
    assert answer["findings"] == []
    assert [(one["rule"], one["reason"], one["updated_by"]) for one in answer["suppressed"]] == [
        ("undeclared-variable", "Known.", "olga")
    ]


def test_the_list_is_filtered_by_the_heaviest_finding_and_its_tag_follows(
    as_operator: Api, make_assembly: MakeAssembly, library: PayloadStore
) -> None:
    warned, clean = make_assembly(script=WARNED), make_assembly(script="echo\n")
    empty = as_operator.get("/api/assemblies?findings=warning")
    check_unchecked(library)

    listed = as_operator.get("/api/assemblies?findings=warning")

    assert (empty.json()["count"], [one["assembly_guid"] for one in listed.json()["results"]]) == (0, [warned])
    assert empty["ETag"] != listed["ETag"]
    assert [one["assembly_guid"] for one in as_operator.get("/api/assemblies?findings=none").json()["results"]] == [
        clean
    ]
    assert_refused(as_operator.get("/api/assemblies?findings=bad"), 400, "invalid_field")
