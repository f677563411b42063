"""The API answers as it describes itself, whatever is sent: no 5xx, no other status or shape, no sign-in ignored."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import Group, User
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as example_settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from assemblies.api import assemblies
from assemblies.catalogue import library_catalogue
from assemblies.payloads import PayloadStore
from assemblies.web.rendering import json_bytes
from devmode import grants
from devmode.accounts.tokens import issue_token
from tests.effort import effort
from tests.matrix.state import LibraryState
from tests.matrix.stocked import Stocked, filled
from tests.official.published_folder import publish

EXAMPLES = effort(gate=3, torture=300)
GROUPS = {"viewer": "", "operator": "Operators", "administrator": "Administrators", "granted": "Administrators"}
# What everybody may have: it is no sign of a sign-in that is ignored.
OPEN = {f"/api/agent/download{part}" for part in ("", ".sha256", ".sig")}
# Where nobody answers for a repository that was drawn, 503 is the answer that is described.
MAY_BE_UNAVAILABLE = {"/api/repo/current_hash"}


def no_server_error(context: Any, response: Any, case: Any) -> bool | None:
    """Fail for any 5xx but the one that is described."""
    if response.status_code == 503 and case.operation.path in MAY_BE_UNAVAILABLE:
        return None
    found: bool | None = not_a_server_error(context, response, case)
    return found


CHECKED: list[Any] = [
    no_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.ignored_auth,
    checks.unsupported_method,
]


@pytest.fixture(scope="module")
def described() -> Any:
    generated = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    schema = schemathesis.openapi.from_dict(json.loads(json_bytes(generated)))
    schema.app = get_wsgi_application()
    return schema


@pytest.fixture
def stocked(library: PayloadStore, settings: Any, tmp_path: Path) -> Iterator[Stocked]:
    stocked = filled(library)
    settings.OFFICIAL_SOURCE = str(tmp_path / "published")
    publish(tmp_path / "published", 1, assembly_guid=stocked.guids["official"])
    library_catalogue.cache_clear()
    yield stocked
    library_catalogue.cache_clear()


@pytest.fixture
def one_transaction(stocked: Stocked) -> Iterator[None]:
    """As Django's own test client does: the end of a request must not close the connections of the test.

    After the stocked was filled: each request of that client connects the signals again.
    """
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


# What calls the application here reads an archive to its end and then lets go of it without closing it.
@pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile")
@pytest.mark.parametrize("name", ["anonymous", *GROUPS])
@pytest.mark.usefixtures("one_transaction")
def test_it_answers_as_it_is_described(described: Any, stocked: Stocked, library: PayloadStore, name: str) -> None:
    headers = _headers_of(name)
    state, seen, faults = LibraryState(library), Counter[int](), []
    for found in described.get_all_operations():
        operation = found.ok()
        try:
            _ask(operation, stocked, headers, state, Counter() if operation.path in OPEN else seen)
        except* Exception as group:
            faults += [f"{operation.label}: {fault}" for fault in _leaves(group)]
    print(f"{name}: {sum(seen.values())} answers, {dict(sorted(seen.items()))}")  # noqa: T201 - the figures
    assert not faults, "\n\n".join(faults)
    assert (seen[200] > len(seen), name == "anonymous") in {(True, False), (False, True)}


def _headers_of(name: str) -> dict[str, str]:
    if name == "anonymous":
        return {}
    user = User.objects.create_user(name)
    user.groups.set(Group.objects.filter(name=GROUPS[name]))
    token, record = issue_token(user, ttl_seconds=3600, now=timezone.now())
    if name == "granted":
        grants.issue(record.user, grants.token_digest(record), reason="fuzz", remote_address="", now=timezone.now())
    return {"Authorization": f"Token {token}"}


def _ask(operation: Any, stocked: Stocked, headers: dict[str, str], state: LibraryState, seen: Counter[int]) -> None:
    @example_settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],  # What fails is told as it was drawn: making it smaller takes minutes.
        suppress_health_check=list(HealthCheck),
    )
    @given(case=_cases(operation, stocked))
    def check(case: Any) -> None:
        with state.undone():
            answer = case.call(headers=headers)
            seen[answer.status_code] += 1
            case.validate_response(answer, checks=CHECKED, headers=headers, transport_kwargs={"headers": headers})

    check()


def _cases(operation: Any, stocked: Stocked) -> Any:
    """Draw what fits the description and what does not, of assemblies that are there and of some that are not."""
    names = {parameter.name for parameter in operation.path_parameters}
    cases = [operation.as_strategy(GenerationMode.POSITIVE), operation.as_strategy(GenerationMode.NEGATIVE)]
    for guid in stocked.guids.values() if "guid" in names else ():
        known = {"guid": guid, "name": stocked.file_name, "sequence": stocked.first_revisions[guid]}
        path = {key: value for key, value in known.items() if key in names}
        cases += [operation.as_strategy(mode, path_parameters=path) for mode in GenerationMode]
    return st.one_of(cases)


def _leaves(group: BaseExceptionGroup[Exception]) -> Iterator[Exception]:
    for fault in group.exceptions:
        if isinstance(fault, BaseExceptionGroup):
            yield from _leaves(fault)
        else:
            yield fault


def _break_down(*_arguments: Any) -> HttpResponse:
    return HttpResponse('{"error": "broken"}', status=500, content_type="application/json")


def _answer_something_else(*_arguments: Any) -> HttpResponse:
    return HttpResponse('{"assembly_guid": 1}', content_type="application/json")


def _answer_in_another_way(*_arguments: Any) -> HttpResponse:
    return HttpResponse("", status=202)


@pytest.mark.parametrize("planted", [_break_down, _answer_something_else, _answer_in_another_way])
@pytest.mark.usefixtures("one_transaction")
def test_it_objects_to_a_planted_answer(
    described: Any, stocked: Stocked, library: PayloadStore, planted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assemblies, "tagged", planted)
    operations = (found.ok() for found in described.get_all_operations())
    [reading] = [operation for operation in operations if operation.definition.raw["operationId"] == "read_assembly"]
    with pytest.raises(BaseExceptionGroup):
        _ask(reading, stocked, _headers_of("viewer"), LibraryState(library), Counter())
