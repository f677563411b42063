"""Ask one cell as one identity, and check what must hold of every answer whatever the table says."""

import json
from typing import Any

from assemblies.payloads import PayloadStore
from devmode.models import AuditEntry
from devmode.models.audit import Outcome
from tests.effort import TORTURE
from tests.matrix.identities import OF_PAGES, Identity
from tests.matrix.routes import Cell, Route, body_of, path_of, routes
from tests.matrix.state import AUDIT_TABLES, COUNTS, LibraryState
from tests.matrix.stocked import Stocked

# A form answers a wrong password with itself, and a page left open past the end of its Dev Mode is led back with a
# warning: both are audited as the API's refusals are.
REFUSED_IN_PLACE = ("admin/password_change/", "admin/dev-mode/extend/")
# Who takes a copy of everything is written down.
AUDITED_READING = {("api/assemblies/export", "GET"), ("admin/assemblies/assembly/export/library.zip", "GET")}
OUR_PAGES = ("assemblies.admin.", "devmode.")
ADDRESSES_OF_ROWS = ("_changelist", "_add", "_change", "_delete", "_history")
ASSEMBLIES = "admin/assemblies/assembly/"
LOG_IN = "/admin/login/"
SAFE = ("GET", "HEAD", "OPTIONS")
# The gate asks methods that a route does not answer, and HEAD and OPTIONS, as nobody and as who may do most.
EXTREMES = ("anonymous", "granted")
# They read as an administrator without a grant does; the gate asks them only what changes something.
READERS_LIKE_OTHERS = ("expired", "other_session", "token_granted")


class Caller:
    """One identity before a library that is the same before every cell."""

    def __init__(self, name: str, identity: Identity, stocked: Stocked, store: PayloadStore) -> None:
        self.name, self.identity, self.stocked = name, identity, stocked
        self.state = LibraryState(store)
        self.known = {route.pattern: route for route in routes()}
        self.denials_before = _denials()

    def outcomes(self, prefixes: tuple[str, ...] = ()) -> dict[Cell, str]:
        """Return what came of every cell that concerns this identity and is of this run.

        With `prefixes` only routes that begin with one of them are asked.
        """
        wanted = [route for route in self._routes() if not prefixes or route.pattern.startswith(prefixes)]
        return {cell: self._ask(route, cell) for route in wanted for cell in route.cells() if self._asks(route, cell)}

    def _routes(self) -> list[Route]:
        return [route for route in self.known.values() if not route.is_page or self.name in OF_PAGES]

    def _asks(self, route: Route, cell: Cell) -> bool:
        """Say whether this run has the cell: `make torture` has every one."""
        if TORTURE or self.name in EXTREMES:
            return True
        return route.answers(cell.method) and not (cell.method in SAFE and self.name in READERS_LIKE_OTHERS)

    def _ask(self, route: Route, cell: Cell) -> str:
        path = path_of(route, cell.target, self.stocked)
        body = body_of(route, cell.method, cell.target, self.stocked)
        with self.state.undone() as written:
            answer = _sent(self.identity, cell.method, path, body, as_form=route.is_page)
            outcome = _outcome(answer)
            changed = self.state.changed_tables() - COUNTS if written else set()
            denials = _denials() - self.denials_before if written else 0
            self._check(cell, outcome, answer.status_code, changed, denials, is_page=route.is_page)
        return outcome

    def _check(self, cell: Cell, outcome: str, status: int, changed: set[str], denials: int, *, is_page: bool) -> None:
        words = f"{cell} as {self.name}: {outcome}, changed {sorted(changed)}, {denials} denials audited"
        assert status < 500, words
        if status == 403 and (not is_page or self._acts(cell)):
            assert (changed, denials) == (AUDIT_TABLES, 1), words
            assert self.state.payloads_unchanged(), words
        elif status == 403:
            # A page that only shows what somebody may not see need not be audited, but may.
            assert (changed, denials) in ((set(), 0), (AUDIT_TABLES, 1)), words
        elif cell.route in REFUSED_IN_PLACE and denials:
            assert (changed, denials) == (AUDIT_TABLES, 1), words
        elif status == 200 and (cell.route, cell.method) in AUDITED_READING:
            assert (changed, denials) == (AUDIT_TABLES, 0), words
        elif status >= 400 or cell.method in SAFE:
            assert (changed, denials) == (set(), 0), words
            assert self.state.payloads_unchanged(), words
        else:
            assert denials == 0, words

    def _acts(self, cell: Cell) -> bool:
        """Say whether a page of ours, not one of Django's lists of rows, was asked to do something."""
        route = self.known[cell.route]
        is_list = route.name.endswith(ADDRESSES_OF_ROWS) and not cell.route.startswith(ASSEMBLIES)
        return cell.method == "POST" and not is_list and route.view.__module__.startswith(OUR_PAGES)


def _denials() -> int:
    return AuditEntry.objects.filter(outcome=Outcome.DENIED).count()


def _sent(identity: Identity, method: str, path: str, body: Any, *, as_form: bool) -> Any:
    client = identity.client()
    if as_form:
        return client.post(path, body) if method == "POST" else client.generic(method, path)
    if "/files/" in path and method == "PUT":
        return client.put(path, b"other,bytes\n", content_type="text/csv")
    text = json.dumps(body) if method in {"POST", "PUT", "PATCH"} else ""
    return client.generic(method, path, text, content_type="application/json")


def _outcome(answer: Any) -> str:
    """Return the status, and the code of a refusal that has reasons to choose from."""
    if answer.streaming:
        b"".join(answer.streaming_content)
    elif answer.status_code in {400, 403} and answer["Content-Type"] == "application/json" and answer.content:
        return f"{answer.status_code} {answer.json()['code']}"
    elif answer.status_code == 302 and answer["Location"].startswith(LOG_IN):
        return "log in"
    return str(answer.status_code)
