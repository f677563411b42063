"""The assemblies that a workflow runs: each a work item of the workflow's own run, after those it follows on.

All of it is decided at submission: revisions, bytes, values, timeouts. The first item of the run is the workflow
itself, which prints the values that its nodes came to; the assemblies begin when it has completed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from assemblies.errors import InvalidField, UnknownField
from assemblies.execution.enqueue import ItemOrder
from assemblies.execution.graph import AssemblyNode
from assemblies.execution.pinning import default_timeout, interpreter_of, item_of, pinned_facts
from assemblies.execution.subject import Subject
from assemblies.execution.variables import masked, resolve_variables
from assemblies.supervision import Variable


@dataclass(frozen=True, kw_only=True)
class NodeStep:
    """A node with everything that its item needs."""

    node: AssemblyNode
    subject: Subject
    variables: Sequence[Variable]
    timeout_seconds: int


def find_steps(workflow: Subject, given: Sequence[Variable]) -> list[NodeStep]:
    """Return the steps of a workflow in their order; of a script none. Raises InvalidField naming the node."""
    return [_step(node, subject, {one.name: one for one in given}) for node, subject in workflow.nodes]


def pinned_steps(workflow: Subject, steps: Sequence[NodeStep]) -> dict[str, Any]:
    """Return what the manifest keeps of a workflow's nodes; of a script nothing."""
    if not workflow.is_workflow:
        return {}
    values = [{"node_id": one.node_id, "label": one.label, "value": one.value} for one in workflow.values]
    return {"node_values": values, "nodes": [_pinned(step) for step in steps]}


def items_of_steps(workflow: ItemOrder, steps: Sequence[NodeStep], *, start: int) -> list[ItemOrder]:
    """Return the item of the run itself and, after it, one for each step; `start` is the number of the first."""
    numbers = {step.node.node_id: start + number for number, step in enumerate(steps, 1)}
    return [workflow, *(_item(step, start, numbers) for step in steps)]


def _step(node: AssemblyNode, subject: Subject, given: Mapping[str, Variable]) -> NodeStep:
    if not interpreter_of(subject):
        raise node.refusal(_("This server has no program for %(type)s.") % {"type": subject.assembly_type.label})
    try:
        variables = resolve_variables(subject.language, subject.variables, _values(node, subject, given))
    except (InvalidField, UnknownField) as refusal:
        raise node.refusal(refusal.message, str(refusal.detail.get("field", ""))) from refusal
    exposed = [one.name for one in variables if not one.secret and one.name in given and given[one.name].secret]
    if exposed:
        raise node.refusal(_("It would show the credential “%(name)s” of the workflow.") % {"name": exposed[0]})
    timeout = default_timeout(subject.assembly_type, subject.timeout_seconds)
    return NodeStep(node=node, subject=subject, variables=variables, timeout_seconds=timeout)


def _values(node: AssemblyNode, subject: Subject, given: Mapping[str, Variable]) -> dict[str, Any]:
    """Return what the node is given by the graph, else by the workflow's variable of the same name."""
    names = [str(variable["name"]) for variable in subject.variables]
    return {name: given[name].value for name in names if name in given} | dict(node.given)


def _pinned(step: NodeStep) -> dict[str, Any]:
    return {
        "node_id": step.node.node_id,
        "label": step.node.label,
        "node_hash": step.node.node_hash,
        "after": list(step.node.after),
        "timeout_seconds": step.timeout_seconds,
        "variables": masked(step.variables),
        **pinned_facts(step.subject),
    }


def _item(step: NodeStep, parent: int, numbers: Mapping[str, int]) -> ItemOrder:
    item = item_of(step.subject, step.variables, step.timeout_seconds)
    return replace(
        item,
        settings={**item.settings, "node": {"id": step.node.node_id, "label": step.node.label}},
        node_hash=step.node.node_hash,
        parent=parent,
        after=[numbers[name] for name in step.node.after] or [parent],
        assembly_guid=step.subject.assembly_guid,
    )
