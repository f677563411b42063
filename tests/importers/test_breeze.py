"""Breeze: bundles."""

import json
from typing import Any

from tests.importers.trees import documents, outcomes

SCRIPT: dict[str, Any] = {
    "name": "Check disk",
    "description": "Warns below a limit.",
    "category": "Storage",
    "tags": ["disk", "daily"],
    "osTypes": ["windows", "macos"],
    "language": "python",
    "content": "print('ok')\n",
    "parameters": [
        {"name": "limit", "type": "number", "defaultValue": "10", "required": True},
        {"name": "mode", "type": "select", "options": "fast, slow"},
        {"name": "token", "source": "tenantSecret", "variableKey": "api_token"},
    ],
    "timeoutSeconds": 120,
    "runAs": "elevated",
    "exitCodeSeverityMapping": {"0": None, "1": "warning", "2": "critical"},
}


def bundle(*scripts: Any, version: Any = 1) -> dict[str, bytes]:
    return {"bundle.json": json.dumps({"bundleVersion": version, "scripts": list(scripts)}).encode()}


def test_a_bundle_is_read_with_all_that_it_says() -> None:
    one = documents(bundle(SCRIPT))["bundle.json › Check disk"]
    assert (one.display_name, one.category, one.tags) == ("Check disk", "Storage", ["disk", "daily"])
    assert (one.type_name, one.payload, one.timeout_seconds) == ("python", b"print('ok')\n", 120)
    assert (one.operating_systems, one.run_as) == (["windows", "macos"], "system")
    assert one.exit_codes == {"0": "success", "1": "warning", "2": "failure"}
    assert one.variables == [
        {"name": "limit", "type": "number", "required": True, "default": "10"},
        {"name": "mode", "type": "select", "required": False, "options": ["fast", "slow"]},
        {"name": "token", "type": "credential", "required": False, "description": "Breeze: tenantSecret api_token"},
    ]
    assert one.aliases == ("import:trial:Check disk",)


def test_a_bad_entry_is_refused_and_stops_no_other() -> None:
    found = outcomes(bundle({"name": "No text", "language": "bash"}, SCRIPT | {"language": "ruby"}, SCRIPT, "odd"))
    assert [bool(one.document) for one in found.values()].count(True) == 1
    refused = outcomes(bundle(SCRIPT, version=2))["bundle.json › Check disk"].refusal
    assert refused is not None
    assert refused.message == "Bundles of version 1 are read, and this is none."
