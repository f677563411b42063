"""Default deny: every cell of routes, methods, targets and identities has the outcome that the table has for it."""

import pytest

from tests.matrix import table
from tests.matrix.asking import Caller
from tests.matrix.identities import IDENTITIES, OF_PAGES
from tests.matrix.routes import Cell, all_cells, routes

# What is asked with a form and changes nothing of the library's content.
READ_BY_POST = {
    f"admin/{path}/": set(OF_PAGES)
    for path in (
        "assemblies/assembly/export/selection",
        "assemblies/assembly/check",
        "assemblies/assembly/favourite",
        "assemblies/assembly/<path:object_id>",
        "assemblies/assembly/<path:object_id>/history",
        "workflows/preview",
    )
}


@pytest.mark.long
def test_every_outcome_is_the_one_in_the_table(caller: Caller, request: pytest.FixtureRequest) -> None:
    found = caller.outcomes(getattr(request.config, "matrix_prefixes", ()))
    if recorded := getattr(request.config, "matrix_outcomes", None):
        recorded(caller.name, found)
        return
    expected = {cell: outcomes[caller.name] for cell, outcomes in table.read().items() if caller.name in outcomes}
    assert _differences(expected, found) == []


def test_an_outcome_that_changed_and_a_cell_that_is_new_are_named() -> None:
    [first, second, *_others] = all_cells()
    differences = _differences({first: "403"}, {first: "200", second: "200"})
    assert [difference.rpartition("): ")[2] for difference in differences] == [
        "403 became 200",
        "not in the table became 200",
    ]


def test_the_table_has_every_cell_of_the_resolver_and_no_other() -> None:
    expected, cells = table.read(), all_cells()
    assert [cell for cell in cells if cell not in expected] == []
    assert [cell for cell in expected if cell not in set(cells)] == []
    pages = {route.pattern for route in routes() if route.is_page}
    unasked = [
        (cell, name)
        for cell, outcomes in expected.items()
        for name in (OF_PAGES if cell.route in pages else IDENTITIES)
        if name not in outcomes
    ]
    assert unasked == []


def test_nobody_changes_official_or_community_content_without_a_grant_of_their_own() -> None:
    """A reading of the table itself: whatever is recorded, these lines are the contract's."""
    pages = {route.pattern for route in routes() if route.is_page}
    for cell, outcomes in table.read().items():
        protected = cell.target.rpartition(">")[2] in {"official", "community"} and cell.method not in {"GET"}
        if not protected or cell.method in {"HEAD", "OPTIONS"} or cell.route.rstrip("/").endswith(("/adopt", "/run")):
            continue
        if cell.route in pages:
            acted = {name for name, outcome in outcomes.items() if outcome not in {"403", "404", "405", "log in"}}
            assert acted <= {"granted"} | READ_BY_POST.get(cell.route, set()), cell
            continue
        allowed = {name for name, outcome in outcomes.items() if outcome.startswith("2")}
        assert allowed <= {"granted", "token_granted"}, cell
        for name in ("administrator", "expired", "other_session", "token"):
            assert outcomes[name] == "403 dev_mode_required", (cell, name)
        for name in ("viewer", "staff_viewer", "operator"):
            assert outcomes[name] == "403 forbidden", (cell, name)
        assert {outcomes["anonymous"], outcomes["inactive"]} == {"401"}, cell


def test_anonymous_visitors_get_nothing_but_the_health_and_the_log_in() -> None:
    open_to_all = {"health", "health/ready", "api/auth/login", "", "admin/login/", "admin/jsi18n/"}
    # These tests ask from this machine.
    open_to_all.add("metrics")
    # Devices that have no token yet: each request has to prove itself.
    open_to_all |= {"api/agent/enroll/request", "api/agent/enroll/poll", "api/agent/token/refresh"}
    # The program that makes a machine a device: no secret, signed, and needed by machines that are nobody yet.
    open_to_all |= {f"api/agent/download{end}" for end in ("", ".sha256", ".sig")}
    for cell, outcomes in table.read().items():
        if cell.route not in open_to_all:
            for name in ("anonymous", "inactive"):
                assert not outcomes[name].startswith("2"), (cell, name)


def _differences(expected: dict[Cell, str], found: dict[Cell, str]) -> list[str]:
    return [
        f"{cell.method} /{cell.route} ({cell.target}): {expected.get(cell, 'not in the table')} became {outcome}"
        for cell, outcome in found.items()
        if expected.get(cell) != outcome
    ]
