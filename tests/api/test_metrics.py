"""GET /metrics: figures for this machine and for the token; the files under deploy/ ask for none that there is not."""

import json
import re
from pathlib import Path

import pytest
import yaml
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from assemblies.errors import PayloadMissing
from assemblies.models import DomainState, JournalEntry, Watermark
from assemblies.payloads import PayloadStore
from tests.api.conftest import MakeAssembly

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
TOKEN = "a token of some length"
ELSEWHERE = "192.0.2.7"
NAME = re.compile(r"\bborealis_\w+")


def figures() -> dict[tuple[str, str], float]:
    """Return each figure by its name and its one label."""
    text = Client().get("/metrics").content.decode()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(sample.name, "".join(sample.labels.values())): sample.value for sample in samples}


def test_it_says_what_waits_and_what_is_up(make_assembly: MakeAssembly) -> None:
    make_assembly()
    DomainState.objects.create(domain="user", attempts=3, last_error="locked")
    found = figures()
    assert found["borealis_flush_pending_entries", "user"] == 1
    assert found["borealis_flush_failed_attempts", "user"] == 3
    assert found["borealis_flush_lag_seconds", "user"] >= 0
    assert found["borealis_database_up", "official"] == found["borealis_payload_store_up", ""] == 1
    assert found["borealis_journal_entries_total", ""] == found["borealis_assemblies", "user"] == 1


def test_reads_of_missing_payloads_are_counted(make_assembly: MakeAssembly, library: PayloadStore) -> None:
    make_assembly()
    before = figures()["borealis_missing_payload_reads_total", ""]
    content = JournalEntry.objects.get().read_content()
    assert content is not None
    reference = content.payload
    library.delete(reference.guid)
    with pytest.raises(PayloadMissing):
        library.read(reference)
    assert figures()["borealis_missing_payload_reads_total", ""] == before + 1


def test_a_database_that_cannot_be_read_is_down(make_assembly: MakeAssembly, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    def fail(_alias: str) -> None:
        raise OperationalError("unable to open database file")

    monkeypatch.setattr(Watermark.objects, "using", fail)
    assert figures()["borealis_database_up", "official"] == 0


@pytest.mark.usefixtures("library")
def test_it_answers_this_machine_and_the_token_alone(settings: Settings) -> None:
    assert Client().get("/metrics").status_code == 200
    assert Client(REMOTE_ADDR="::1").get("/metrics").status_code == 200
    settings.METRICS_TOKEN = ""
    assert Client(REMOTE_ADDR=ELSEWHERE, headers={"Authorization": "Bearer "}).get("/metrics").status_code == 401
    settings.METRICS_TOKEN = TOKEN
    for sent, status in ((f"Bearer {TOKEN}", 200), (f"Bearer {TOKEN}x", 401), (f"Token {TOKEN}", 401), ("", 401)):
        answer = Client(REMOTE_ADDR=ELSEWHERE, headers={"Authorization": sent}).get("/metrics")
        assert (answer.status_code, answer["Cache-Control"]) == (status, "no-store"), sent
    assert Client().post("/metrics").status_code == 405


@pytest.mark.usefixtures("library")
def test_rules_and_dashboard_ask_for_figures_that_there_are(make_assembly: MakeAssembly) -> None:
    make_assembly()
    there = {name for name, _label in figures()} | {"borealis_companion_up"}
    rules = yaml.safe_load((DEPLOY / "prometheus-alerts.yml").read_text())["groups"][0]["rules"]
    panels = json.loads((DEPLOY / "grafana-dashboard.json").read_text())["panels"]
    expressions = [rule["expr"] for rule in rules] + [target["expr"] for panel in panels for target in panel["targets"]]
    assert len(rules) == 4
    assert {name for expression in expressions for name in NAME.findall(expression)} <= there
