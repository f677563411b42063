"""The devices of a run: what each is called, what came of it there, and how many stand how."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from assemblies.admin.runs.lines import tone_of
from assemblies.admin.runs.words import error_words, place_names
from assemblies.execution import reading
from assemblies.execution.local import SERVER
from assemblies.execution.models import Run, WorkItem
from assemblies.execution.states import UNSUCCESSFUL, Status


def device_context(items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the devices of a run as a table, with how many stand how; of a run on the server alone nothing."""
    on_devices = [item for item in items if item["target"] != SERVER]
    names = place_names(item["target"] for item in items)
    counts = Counter(Status(item["status"]) for item in on_devices)
    return {
        "devices": sorted((_row(item, names) for item in on_devices), key=_attention),
        "device_counts": [(status.label, tone_of(status), counts[status]) for status in Status if counts[status]],
        "failed_count": sum(counts[status] for status in UNSUCCESSFUL),
        "places": list(dict.fromkeys(names[item["target"]] for item in items)),
    }


def output_labels(run: Run) -> dict[str, str]:
    """Return whose output is whose, by work item: nodes of a workflow, or several devices; else nothing."""
    if labels := reading.node_labels(run):
        return labels
    targets = dict(WorkItem.objects.of_run(run.run_id).values_list("work_item_hash", "target_device"))
    if len(targets) < 2:
        return {}
    names = place_names(target or SERVER for target in targets.values())
    return {key: names[target or SERVER] for key, target in targets.items()}


def _attention(row: Mapping[str, Any]) -> tuple[bool, bool, str]:
    """Order what failed before what goes on, and that before what is done; among those by name."""
    status: Status = row["status"]
    return status not in UNSUCCESSFUL, status.is_terminal, row["name"].casefold()


def _row(item: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    status = Status(item["status"])
    words = {"name": names[item["target"]], "last_error": error_words(item["last_error"])}
    return {**item, **words, "status": status, "tone": tone_of(status)}
