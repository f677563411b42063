"""The nodes of a workflow in its run: a table of how each does, and the graph as it was pinned with the same in it."""

from collections.abc import Mapping, Sequence
from typing import Any

from assemblies.actions.revert import get_revision
from assemblies.admin.runs.lines import tone_of
from assemblies.admin.workflow.picture import Picture, picture_in_run
from assemblies.conf import payload_store
from assemblies.errors import LibraryError
from assemblies.execution.local import SERVER
from assemblies.execution.models import Run, WorkItem
from assemblies.execution.states import Status


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
