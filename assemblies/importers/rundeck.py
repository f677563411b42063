"""Rundeck: jobs as YAML. Each script step becomes an assembly, and the job a workflow that runs them in order.

Their GUIDs follow from the job's identifier and the number of the step, for the workflow has to name its steps before
they are here, and a second import has to find them again.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import yaml

from assemblies.documents import Document, default_category, parse_graph
from assemblies.domains import Kind
from assemblies.importers.described import described, script_of, words
from assemblies.importers.place import MAX_DEPTH, Place, Taken
from assemblies.importers.rundeck_step import Step, content_of, language_of, options_of, runs_here, steps_of, timeout_of

TOOL = "rundeck"
_STEP_PIXELS = 260


def find(place: Place) -> Iterator[Taken]:
    """Yield the steps and the workflow of each job of every file of jobs."""
    for name in place.find((".yaml", ".yml"), b"sequence:"):
        value = load(place.text_of(name))
        for job in value if isinstance(value, list) else [value]:
            if _is_job(job):
                yield from _taken(place, name, job)


def _is_job(one: Any) -> bool:
    return isinstance(one, dict) and bool(steps_of(one)) and bool(words(one.get("name")))


def _taken(place: Place, file: str, job: dict[str, Any]) -> Iterator[Taken]:
    title = f"{file} › {_path_of(job)}"
    steps = steps_of(job)
    for number, step in enumerate(steps, start=1):
        if runs_here(step):
            path = place.next_to(file, words(step.get("scriptfile"))) if step.get("scriptfile") else None
            names = frozenset({file, *([path] if path else [])})
            yield Taken(f"{title} › {number}", partial(_read_step, place, path, job, number, step), names)
    yield Taken(title, partial(_read_job, place, job, steps), frozenset({file}))


def _read_step(place: Place, path: str | None, job: dict[str, Any], number: int, step: Step) -> Document:
    name = words(step.get("description")) or f"{words(job['name'])}, step {number}"
    content = content_of(place, path, step)
    document = script_of(place, path or name, content, language_of(step, path or "", content))
    said = described(
        document,
        aliases=[_alias(place, job, number)],
        name=name,
        summary=job.get("description"),
        category=job.get("group"),
        timeout=timeout_of(job.get("timeout")),
        variables=options_of(job.get("options")),
        metadata={TOOL: {"job": _path_of(job), "step": number, "args": words(step.get("args"))}},
    )
    return replace(said, guid=_guid(place, job, number))


def _read_job(place: Place, job: dict[str, Any], steps: list[Step]) -> Document:
    nodes = [_node(place, job, number, step) for number, step in enumerate(steps, start=1)]
    ids = [node["id"] for node in nodes]
    edges = [{"id": f"{before}-{after}", "source": before, "target": after} for before, after in pairwise(ids)]
    graph = {"tab_name": words(job["name"])[:255], "nodes": nodes, "edges": edges}
    document = Document(
        guid=None,
        display_name="Job",
        type_name="workflow",
        payload=parse_graph(graph),
        category=default_category(Kind.WORKFLOW),
    )
    said = described(
        document,
        aliases=[_alias(place, job, 0)],
        name=job["name"],
        summary=job.get("description"),
        category=job.get("group"),
        timeout=timeout_of(job.get("timeout")),
        metadata={TOOL: {"job": _path_of(job), "uuid": words(job.get("uuid") or job.get("id"))}},
    )
    return replace(said, guid=_guid(place, job, 0))


def _node(place: Place, job: dict[str, Any], number: int, step: Step) -> dict[str, Any]:
    place_of = {"position": {"x": (number - 1) * _STEP_PIXELS, "y": 0}}
    label = words(step.get("description")) or f"Step {number}"
    if runs_here(step):
        facts = {"label": label, "assembly_guid": _guid(place, job, number)}
        return {"id": f"step-{number}", "type": "AssemblyNode", "data": facts} | place_of
    # A job is not run without one of its steps: of this kind none is, and the run says which.
    other = step.get("jobref")
    said = words(other.get("name")) if isinstance(other, dict) else words(step.get("type"))
    return {"id": f"step-{number}", "type": "RundeckStep", "data": {"label": label, "value": said}} | place_of


def _path_of(job: dict[str, Any]) -> str:
    return "/".join(filter(None, (words(job.get("group")), words(job["name"]))))


def _identity(place: Place, job: dict[str, Any]) -> str:
    """Its UUID where it has one: that moves with the job from one server to another."""
    return words(job.get("uuid") or job.get("id")).lower() or f"{place.source}/{_path_of(job)}".lower()


def _alias(place: Place, job: dict[str, Any], number: int) -> str:
    return f"{TOOL}:{_identity(place, job)}{f'/{number}' if number else ''}"


def _guid(place: Place, job: dict[str, Any], number: int) -> str:
    return str(uuid5(NAMESPACE_URL, _alias(place, job, number)))


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(text: bytes) -> Any:
    """The value of one YAML document; None where it is none, nests too deep, or names a part a second time.

    References are refused: merged into each other they grow without bound.
    """
    try:
        depth = 0
        for event in yaml.parse(text, Loader=_LOADER):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH or isinstance(event, yaml.AliasEvent):
                return None
        return yaml.load(text, Loader=_LOADER)  # noqa: S506  # the safe loader, written in C where there is one
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
