"""Ask one cell as one identity, and check what must hold of every answer whatever the table says."""

import json
from typing import Any

from assemblies.payloads import PayloadStore
from devmode.models import AuditEntry
from devmode.models.audit import Outcome
from tests.matrix.identities import OF_PAGES, Identity
from tests.matrix.routes import Cell, Route, body_of, path_of, routes
from tests.matrix.shelf import Shelf
from tests.matrix.state import AUDIT_TABLES, COUNTS, LibraryState

# A form answers a wrong password with itself, and audits it as the API would.
# The one page whose refusals are those of an action, and audited as such.
SYNC_BUTTON = "admin/assemblies/syncrecord/run/"
PASSWORD_CHANGE = "admin/password_change/"
SAFE = ("GET", "HEAD", "OPTIONS")


class Asker:
    """One identity before a library that is the same before every cell."""

    def __init__(self, name: str, identity: Identity, shelf: Shelf, store: PayloadStore) -> None:
        self.name, self.identity, self.shelf = name, identity, shelf
        self.state = LibraryState(store)
        self.known = {route.pattern: route for route in routes()}

    def outcomes(self) -> dict[Cell, str]:
        """Return what came of every cell that concerns this identity."""
        return {cell: self._ask(route, cell) for route in self._routes() for cell in route.cells()}

    def _routes(self) -> list[Route]:
        return [route for route in self.known.values() if not route.is_page or self.name in OF_PAGES]

    def _ask(self, route: Route, cell: Cell) -> str:
        path = path_of(route, cell.target, self.shelf)
        body = body_of(route, cell.method, cell.target, self.shelf)
        denied_before = _denials()
        with self.state.undone() as written:
            answer = _sent(self.identity, cell.method, path, body, as_form=route.is_page)
            outcome = _outcome(answer)
            changed = self.state.changed_tables() - COUNTS if written else set()
            self._check(cell, outcome, answer.status_code, changed, _denials() - denied_before, is_page=route.is_page)
        return outcome

    def _check(self, cell: Cell, outcome: str, status: int, changed: set[str], denials: int, *, is_page: bool) -> None:
        words = f"{cell} as {self.name}: {outcome}, changed {sorted(changed)}, {denials} denials audited"
        assert status < 500, words
        if status == 403 and (not is_page or cell.route == SYNC_BUTTON):
            assert (changed, denials) == (AUDIT_TABLES, 1), words
            assert self.state.payloads_unchanged(), words
        elif cell.route == PASSWORD_CHANGE and cell.method in {"POST", "PUT"} and status == 200:
            assert (changed, denials) == (AUDIT_TABLES, 1), words
        elif status >= 400 or cell.method in SAFE:
            assert (changed, denials) == (set(), 0), words
            assert self.state.payloads_unchanged(), words
        else:
            assert denials == 0, words


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
    return str(answer.status_code)
