"""Whatever a request holds, what it leads to is one line each in engine.log, and JSON in the audit."""

import json
import re
import unicodedata
from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.test import Client

from devmode.models import AuditEntry
from tests.hardening.conftest import log_in, program_of
from tests.hardening.hostile import HOSTILE

LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}-engine-.*")
RAW = {"Cc", "Cf", "Zl", "Zp", "Cs", "Co"}
Logged = Callable[[], list[str]]


def assert_one_line_each(lines: list[str], count: int) -> None:
    assert len(lines) == count
    for line in lines:
        assert LINE.fullmatch(line)
        assert not {char for char in line if unicodedata.category(char) in RAW}
        assert len(line.splitlines()) == 1


@pytest.fixture(autouse=True)
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devmode.accounts.password_attempt.ADDRESS_LIMIT", 1000)


def test_forty_hostile_texts_are_in_the_list() -> None:
    assert len(set(HOSTILE)) == 40


def test_user_names(olga: User, logged: Logged) -> None:
    for text in HOSTILE:
        assert log_in(text[:150], "wrong").status_code == 401
    # Each is one audit entry and one refused request.
    assert_one_line_each(logged(), 2 * len(HOSTILE))
    for entry in AuditEntry.objects.all():
        assert json.loads(entry.detail) == {"by": "token", "code": "authentication_failed"}
    assert {entry.actor for entry in AuditEntry.objects.all()} == {text[:150] for text in HOSTILE}


def test_user_names_at_the_page(olga: User, logged: Logged) -> None:
    for text in HOSTILE:
        assert log_in(text, "wrong", door="admin").status_code == 200
    assert_one_line_each(logged(), len(HOSTILE))


def test_paths_and_headers(olga: User, logged: Logged) -> None:
    program = program_of(olga)
    for text in HOSTILE:
        path = quote(text, safe="")
        assert program.get(f"/api/{path}").status_code == 404
        assert program.get(f"/no-such-page/{path}").status_code == 404
        headers = {"User-Agent": text, "Referer": text, "X-Forwarded-For": text, "Authorization": f"Token {text}"}
        assert Client().get("/api/assemblies", headers=headers).status_code == 401
    assert_one_line_each(logged(), 3 * len(HOSTILE))


def test_hosts(olga: User, logged: Logged) -> None:
    for text in HOSTILE:
        assert Client().get("/health", headers={"Host": text}).status_code in {200, 400}
        assert Client().get("/admin/login/", headers={"Host": text}).status_code == 400
    lines = logged()
    assert_one_line_each(lines, len(lines))
    assert len(lines) >= len(HOSTILE)


def test_names_of_assemblies(olga: User, logged: Logged) -> None:
    program = program_of(olga)
    answers = []
    for text in HOSTILE:
        body = {"display_name": text, "assembly_type": "bash", "payload": "", "summary": text, "category": text}
        answers.append(program.post("/api/assemblies", body, content_type="application/json").status_code)
    assert set(answers) <= {201, 400}
    assert 201 in answers
    assert_one_line_each(logged(), len(HOSTILE))


def test_reasons_for_dev_mode(ada: User, logged: Logged, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devmode.api.dev_mode.SwitchThrottle.limit", 1000)
    program = program_of(ada)
    for text in HOSTILE:
        body = {"enabled": True, "reason": text}
        answer = program.post("/api/assemblies/dev-mode/switch", body, content_type="application/json")
        assert answer.status_code == 200
    assert_one_line_each(logged(), len(HOSTILE))
    assert {json.loads(entry.detail)["reason"] for entry in AuditEntry.objects.all()} == set(HOSTILE)
