"""`show_config`: what is in force, where it comes from, and no secret."""

import json
from pathlib import Path

import pytest

from assemblies.management.configuration import READERS, without_credentials
from borealis_assemblies.env import KNOWN_NAMES
from tests.commands.deployment import Deployment

SECRETS = {
    "BOREALIS_SECRET_KEY": "canary-secret-key-" + "k" * 50,
    "BOREALIS_ADMIN_PASSWORD": "canary-admin-password",
    "BOREALIS_COMMUNITY_DATABASE_URL": "postgres://canary-user:canary-password@db.example:5433/community",
    "BOREALIS_OFFICIAL_SOURCE": "https://canary-git-token@git.example/catalogue.git?canary=canary-query",
}


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    return Deployment(tmp_path / "var", BOREALIS_FLUSH_INTERVAL_SECONDS="7", **SECRETS)


def test_values_names_and_sources_as_json(deployment: Deployment) -> None:
    facts = json.loads(deployment.answer("show_config", "--json"))

    assert facts["BOREALIS_FLUSH_INTERVAL_SECONDS"] == {"value": 7, "source": "environment"}
    assert facts["BOREALIS_HOST"] == {"value": "127.0.0.1", "source": "default"}
    assert facts["BOREALIS_RUNTIME_ROOT"] == {"value": str(deployment.root), "source": "environment"}
    assert facts["BOREALIS_COMMUNITY_DATABASE_URL"]["value"] == "postgresql://***@db.example:5433/community"
    assert facts["BOREALIS_OFFICIAL_SOURCE"]["value"] == "https://***@git.example/catalogue.git?canary=***"


def test_no_secret_is_shown_to_people_or_programs(deployment: Deployment) -> None:
    for arguments in ([], ["--json"]):
        said = deployment.answer("show_config", *arguments)
        assert "BOREALIS_SECRET_KEY" in said
        for secret in ("canary-secret", "canary-admin", "canary-user", "canary-password", "canary-git", "canary-query"):
            assert secret not in said


def test_every_name_of_the_environment_is_shown() -> None:
    for_tests_only = {"TEST_DATABASE_URL", "TEST_REDIS_URL", "TEST_TARGETS", "TEST_CORPUS", "REQUIRE_ENGINES"}
    assert {f"BOREALIS_{name}" for name in READERS} == KNOWN_NAMES - {f"BOREALIS_{name}" for name in for_tests_only}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("s3://key:secret@bucket/prefix", "s3://***@bucket/prefix"),
        ("file:///srv/Payloads", "file:///srv/Payloads"),
        ("C:\\catalogue", "C:\\catalogue"),
        ("someone@example.org", "someone@example.org"),
        ("https://host/path?token=abc&b=", "https://host/path?token=***&b=***"),
    ],
)
def test_credentials_of_urls_are_masked_and_other_texts_are_not(text: str, shown: str) -> None:
    assert without_credentials(text) == shown
