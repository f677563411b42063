"""The parts of a run: the nodes of a workflow, in a table and in its graph; its devices, and what came of it there."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from assemblies.actions.revert import get_revision
from assemblies.admin.runs.lines import error_words, place_names, tone_of
from assemblies.admin.workflow.picture import Picture, picture_in_run
from assemblies.conf import payload_store
from assemblies.errors import LibraryError
from assemblies.execution import reading
from assemblies.execution.local import SERVER
from assemblies.execution.models import Run, WorkItem
from assemblies.execution.states import UNSUCCESSFUL, Status


def node_context(run: Run, items: Sequence[Mapping[str, Any]], *, is_told: bool) -> dict[str, Any]:
    """Return the items that carry out nodes, and their picture; of a run of no workflow neither."""
    nodes = [_node(item) for item in items if item["node"]]
    # On several devices a node has as many states as there are devices.
    is_drawn = nodes and is_told and sum(item["target"] != SERVER for item in items) < 2
    return {"nodes": nodes, "graph": _graph_of(run) if is_drawn else None}


def _node(item: Mapping[str, Any]) -> dict[str, Any]:
    status = Status(item["status"])
    return {**item, "status": status, "tone": tone_of(status)}


def _graph_of(run: Run) -> Picture | None:
    """Return the picture, or None for a text that was never saved, or a graph that is gone.

    A run is shown without its picture rather than not at all.
    """
    if run.revision is None:
        return None
    try:
        _entry, content = get_revision(run.assembly_guid, run.revision)
        return picture_in_run(payload_store().read(content.payload), _states(run))
    except LibraryError:
        return None


def _states(run: Run) -> dict[str, tuple[str, str]]:
    """Return each node's status in words with its tone, by the node's id."""
    rows = WorkItem.objects.of_run(run.run_id).values_list("settings__node__id", "status")
    return {node: (str(Status(status).label), tone_of(Status(status))) for node, status in rows if node}


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
