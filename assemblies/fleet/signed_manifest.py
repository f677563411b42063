"""What a device is told to run, as bytes that are signed: it runs these, on that device, by then, or nothing.

The agent verifies them with the key it has known since its enrolment. Values go next to the manifest, which has their
hash: what is signed may be written down, credentials may not.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from assemblies.agent.signed_work import FORMAT
from assemblies.execution.handover import successful_codes, variables_of
from assemblies.execution.models import Run, WorkItem
from assemblies.fleet.signing import sign

# From its signature to its start on the device, which fetches its files in between.
VALID_FOR = timedelta(minutes=15)


def handed_over(item: WorkItem, *, now: datetime) -> dict[str, str]:
    """Return the manifest, its signature and the variables of an item that its device has claimed, each in base64.

    Raises CredentialsUnreadable, SigningKeyUnreadable.
    """
    variables = [{"name": one.name, "value": one.value, "secret": one.secret} for one in variables_of(item)]
    values = json.dumps(variables, ensure_ascii=False).encode("utf-8", "surrogatepass")
    facts = _facts(item, Run.objects.get(run_id=item.run_id), hashlib.sha256(values).hexdigest(), now)
    manifest = json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()
    return {"manifest": _text(manifest), "signature": _text(sign(manifest)), "variables": _text(values)}


def _facts(item: WorkItem, run: Run, variables_sha256: str, now: datetime) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "device_guid": item.target_device,
        "work_item_hash": item.work_item_hash,
        "attempt_number": item.attempt_number,
        "run_id": item.run_id,
        "assembly_guid": item.operation_hash,
        "domain": run.domain,
        "revision": run.revision,
        "interpreter": item.settings["assembly_type"],
        "script": _file("script", item.settings["script"]),
        "files": [_file(one["name"], one) for one in item.settings["files"]],
        "arguments": item.settings.get("interpreter_arguments", []),
        "successful_codes": successful_codes(item.settings),
        "run_as": "",
        "variables_sha256": variables_sha256,
        "timeout_seconds": item.timeout_ms / 1000,
        "output_max_bytes": settings.RUN_OUTPUT_MAX_BYTES,
        "issued_at": now.isoformat(),
        "not_after": (now + VALID_FOR).isoformat(),
    }


def _file(name: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "sha256": facts["sha256"], "size_bytes": facts["size_bytes"]}


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
