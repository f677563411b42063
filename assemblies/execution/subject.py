"""What a run is about: one revision of an assembly, or the unsaved text of an editor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _

from assemblies.actions.revert import get_revision
from assemblies.documents import normalise_guid, parse_graph
from assemblies.documents.variables import normalise_variables
from assemblies.domains import AssemblyType
from assemblies.errors import AssemblyNotFound, DocumentTooLarge, Refusal
from assemblies.execution.graph import AssemblyNode, NodeValue, plan_of
from assemblies.models import Content
from assemblies.payloads import PayloadReference, PayloadStore
from assemblies.revisions.history import find_history
from assemblies.supervision import Language

# The default of documents; it says nothing about this assembly.
UNSET_TIMEOUT_SECONDS = 3600


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The script of a run and what is known of it; `payload` is None for a draft, whose text is in the manifest."""

    display_name: str
    assembly_type: AssemblyType
    script: bytes = field(repr=False)
    assembly_guid: str = ""
    domain: str = ""
    revision: int | None = None
    content_hash: str = ""
    timeout_seconds: int | None = None
    interpreter_arguments: Sequence[str] = ()
    exit_codes: Mapping[str, str] = field(default_factory=dict)
    variables: Sequence[Mapping[str, Any]] = ()
    payload: PayloadReference | None = None
    files: Sequence[tuple[str, PayloadReference]] = ()
    values: Sequence[NodeValue] = ()
    nodes: "Sequence[tuple[AssemblyNode, Subject]]" = ()

    @property
    def is_draft(self) -> bool:
        return self.payload is None

    @property
    def language(self) -> Language:
        """The language of a script. A workflow has none."""
        return Language(self.assembly_type.value)

    @property
    def is_workflow(self) -> bool:
        return self.assembly_type is AssemblyType.WORKFLOW


def subject_of_assembly(
    guid: str, revision: int | None, *, store: PayloadStore, pinned: Mapping[str, int] = MappingProxyType({})
) -> Subject:
    """Return the chosen revision of an assembly, or its newest. What was deleted is not run.

    The assemblies that a workflow runs are those at their newest revision, or at the one that `pinned` has of them.
    Raises AssemblyNotFound, InvalidGuid, InvalidField, RevisionNotFound, PayloadMissing, PayloadCorrupt.
    """
    subject = _subject_of(guid, revision, store)
    if not subject.is_workflow:
        return subject
    plan = plan_of(subject.script)
    nodes = [(node, _subject_of_node(node, store, pinned)) for node in plan.assemblies]
    return replace(subject, values=plan.values, nodes=nodes)


def _subject_of_node(node: AssemblyNode, store: PayloadStore, pinned: Mapping[str, int]) -> Subject:
    try:
        guid = normalise_guid(node.assembly_guid)
        subject = _subject_of(guid, pinned.get(guid), store)
    except Refusal as refusal:
        raise node.refusal(refusal.message) from refusal
    if subject.is_workflow:
        raise node.refusal(_("A workflow cannot be run by another one."))
    return subject


def _subject_of(guid: str, revision: int | None, store: PayloadStore) -> Subject:
    _entries, newest = find_history(guid)
    entry, content = newest, newest.read_content()
    if content is None:
        raise AssemblyNotFound(_("The assembly was deleted."), assembly_guid=newest.assembly_guid)
    if revision is not None:
        entry, content = get_revision(newest.assembly_guid, revision)
    return Subject(
        display_name=content.display_name,
        assembly_type=AssemblyType(content.assembly_type),
        script=store.read(content.payload),
        assembly_guid=newest.assembly_guid,
        domain=str(entry.domain),
        revision=entry.sequence,
        content_hash=content.content_hash,
        timeout_seconds=content.timeout_seconds,
        interpreter_arguments=content.interpreter_arguments,
        exit_codes=content.exit_codes,
        variables=content.variables,
        payload=content.payload,
        files=_files(content),
    )


def subject_of_draft(assembly_type: str, script: str, variables: object, *, max_bytes: int) -> Subject:
    """Return the unsaved text of an editor, for a test run. Raises DocumentTooLarge, InvalidField."""
    content = script.encode("utf-8", "surrogatepass")
    if len(content) > max_bytes:
        raise DocumentTooLarge(limit_bytes=max_bytes)
    kind = AssemblyType(assembly_type)
    plan = plan_of(parse_graph(content, "draft.payload")) if kind is AssemblyType.WORKFLOW else None
    if plan and plan.assemblies:
        raise plan.assemblies[0].refusal(_("A workflow that runs assemblies has to be saved before it is run."))
    return Subject(
        display_name=_("Test run"),
        assembly_type=kind,
        script=content,
        values=plan.values if plan else (),
        variables=normalise_variables(variables, "draft.variables"),
    )


def _files(content: Content) -> list[tuple[str, PayloadReference]]:
    return [
        (file.file_name, PayloadReference(file.payload_guid, file.sha256, file.size_bytes)) for file in content.files
    ]
