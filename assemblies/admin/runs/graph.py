"""The picture of a workflow in its run: the graph as it was pinned, each box with how its node does."""

from collections.abc import Mapping

from assemblies.actions.revert import get_revision
from assemblies.admin.runs.lines import tone_of
from assemblies.admin.workflow.picture import Picture, picture_in_run
from assemblies.conf import payload_store
from assemblies.errors import LibraryError
from assemblies.execution.models import Run, WorkItem
from assemblies.execution.states import Status


def graph_of(run: Run) -> Picture | None:
    """Return the picture, or None for what is no workflow, a text that was never saved, or a graph that is gone.

    A run is shown without its picture rather than not at all.
    """
    states = _states(run)
    if not states or run.revision is None:
        return None
    try:
        _entry, content = get_revision(run.assembly_guid, run.revision)
        return picture_in_run(payload_store().read(content.payload), states)
    except LibraryError:
        return None


def _states(run: Run) -> Mapping[str, tuple[str, str]]:
    """Return each node's status in words with its tone, by the node's id."""
    rows = WorkItem.objects.of_run(run.run_id).values_list("settings__node__id", "status")
    return {node: (str(Status(status).label), tone_of(Status(status))) for node, status in rows if node}
