"""Run the same again: the pinned revision with the same variables, under the rights of the requester now."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from assemblies.actions.permit import Permit
from assemblies.errors import InvalidField
from assemblies.execution.models import Manifest, Run, WorkItem
from assemblies.execution.states import UNSUCCESSFUL
from assemblies.execution.subject import Subject, subject_of_assembly, subject_of_draft
from assemblies.execution.submission import RunOptions, submit
from assemblies.execution.targets import Resolver, no_devices
from assemblies.payloads import PayloadStore


def rerun(
    run: Run,
    *,
    permit: Permit,
    run_id: str,
    store: PayloadStore,
    only_failed: bool = False,
    variables: Mapping[str, Any] = MappingProxyType({}),
    reason: str = "",
    digest: str = "",
    confirm_count: int | None = None,
    resolver: Resolver = no_devices,
) -> Run:
    """Submit a run again; `variables` replace those of the first run, whose credentials were not kept.

    Raises what `submit` raises, and InvalidField where nothing failed or a credential is missing.
    """
    frozen = json.loads(Manifest.objects.get(run_id=run.run_id).frozen_json)
    kept = {one["name"]: one["value"] for one in frozen["variables"] if not one["secret"]}
    if missing := [one["name"] for one in frozen["variables"] if one["secret"] and one["name"] not in variables]:
        raise InvalidField(_("Credentials are not kept; give this one again."), field=f"variables.{missing[0]}")
    options = RunOptions(
        variables=kept | dict(variables),
        targets=_targets(run, only_failed=only_failed),
        timeout_seconds=frozen["timeout_seconds"],
        max_attempts=frozen["max_attempts"],
        retry_when_lost=frozen["retry_when_lost"],
        affinity_key=frozen.get("affinity_key", ""),
        require_affinity_match=frozen.get("require_affinity_match", False),
        reason=reason,
        rerun_of=run.run_id,
        digest=digest,
        confirm_count=confirm_count,
    )
    return submit(_subject(run, frozen, store), options, permit=permit, run_id=run_id, resolver=resolver)


def _subject(run: Run, frozen: Mapping[str, Any], store: PayloadStore) -> Subject:
    if run.assembly_guid:
        pinned = {node["assembly_guid"]: node["revision"] for node in frozen.get("nodes", ())}
        return subject_of_assembly(run.assembly_guid, run.revision, store=store, pinned=pinned)
    declared = [{"name": one["name"], "type": "password" if one["secret"] else "string"} for one in frozen["variables"]]
    return subject_of_draft(frozen["assembly_type"], frozen["script"], declared, max_bytes=settings.MAX_DOCUMENT_BYTES)


def _targets(run: Run, *, only_failed: bool) -> list[str]:
    if not only_failed:
        return list(run.targets)
    failed = WorkItem.objects.of_run(run.run_id).filter(status__in=UNSUCCESSFUL)
    targets = list(dict.fromkeys(item.target_device or "server" for item in failed))
    if not targets:
        raise InvalidField(_("Nothing of this run failed."), field="only")
    return targets
