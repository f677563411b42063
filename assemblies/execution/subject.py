"""What a run is about: one revision of an assembly, or the unsaved text of an editor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from assemblies.actions.revert import get_revision
from assemblies.documents.variables import normalise_variables
from assemblies.domains import AssemblyType
from assemblies.errors import AssemblyNotFound, DocumentTooLarge, InvalidField
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
    variables: Sequence[Mapping[str, Any]] = ()
    payload: PayloadReference | None = None
    files: Sequence[tuple[str, PayloadReference]] = ()

    @property
    def is_draft(self) -> bool:
        return self.payload is None

    @property
    def language(self) -> Language:
        """Raises InvalidField for a workflow, which is no script."""
        if self.assembly_type is AssemblyType.WORKFLOW:
            raise InvalidField(_("Workflows cannot be run yet."), field="assembly_guid")
        return Language(self.assembly_type.value)


def subject_of_assembly(guid: str, revision: int | None, *, store: PayloadStore) -> Subject:
    """Return the chosen revision of an assembly, or its newest. What was deleted is not run.

    Raises AssemblyNotFound, InvalidGuid, RevisionNotFound, PayloadMissing, PayloadCorrupt.
    """
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
        variables=content.variables,
        payload=content.payload,
        files=_files(content),
    )


def subject_of_draft(assembly_type: str, script: str, variables: object, *, max_bytes: int) -> Subject:
    """Return the unsaved text of an editor, for a test run. Raises DocumentTooLarge, InvalidField."""
    content = script.encode("utf-8", "surrogatepass")
    if len(content) > max_bytes:
        raise DocumentTooLarge(limit_bytes=max_bytes)
    return Subject(
        display_name=_("Test run"),
        assembly_type=AssemblyType(assembly_type),
        script=content,
        variables=normalise_variables(variables, "draft.variables"),
    )


def _files(content: Content) -> list[tuple[str, PayloadReference]]:
    return [
        (file.file_name, PayloadReference(file.payload_guid, file.sha256, file.size_bytes)) for file in content.files
    ]
