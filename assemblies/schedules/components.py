"""The assemblies of a job: found by any name, examined as a run would be, pinned where they run on this server."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from assemblies.documents import normalise_guid
from assemblies.errors import AssemblyNotFound, InvalidGuid, LibraryError, Refusal
from assemblies.execution.credentials import decrypt, encrypt
from assemblies.execution.subject import Subject, subject_of_assembly
from assemblies.execution.variables import is_credential
from assemblies.models import AssemblyAlias
from assemblies.payloads import PayloadStore
from assemblies.schedules.errors import ComponentUnresolvable, ContentChanged
from assemblies.schedules.models import Component

SECRET = "[secret]"  # noqa: S105 -- what stands for a credential that is kept
MAX_ALIAS_LENGTH = 500


@dataclass(frozen=True, kw_only=True)
class ComponentFields:
    """A component as it is sent: a GUID or an older name, and values by the variable's name."""

    assembly: str
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Resolved:
    """A component with what it stands for now and every value, credentials included."""

    fields: ComponentFields
    subject: Subject
    variables: Mapping[str, Any] = field(repr=False)


def resolve_components(
    sent: Sequence[ComponentFields], kept: Iterable[Component], store: PayloadStore
) -> list[Resolved]:
    """Return what the components stand for. A credential sent as `[secret]` keeps the value it had.

    Raises ComponentUnresolvable naming the component, PayloadMissing and other failures of the library.
    """
    rows = list(kept)
    return [_resolve(fields, number, rows, store) for number, fields in enumerate(sent)]


def resolve_kept(component: Component, store: PayloadStore) -> Resolved:
    """Return what a component of a job stands for now. Raises ComponentUnresolvable, CredentialsUnreadable."""
    fields = ComponentFields(assembly=component.assembly_guid, variables=component.variables)
    return _resolve(fields, component.position, [component], store)


def credentials_of(kept: Iterable[Component], position: int, guid: str) -> dict[str, str]:
    """Return the credentials of the component at `position`, if it is of this assembly, else of another that is.

    A job may run an assembly twice, each time with credentials of its own. Raises CredentialsUnreadable.
    """
    of_assembly = [one for one in kept if one.assembly_guid == guid]
    nearest = min(of_assembly, key=lambda one: one.position != position, default=None)
    return decrypt(bytes(nearest.ciphertext)) if nearest else {}


def row_of(resolved: Resolved, position: int, *, pin: bool) -> Component:
    """Return the row of a component, without its job; `pin` keeps the content hashes that are confirmed now."""
    subject = resolved.subject
    names = {str(one["name"]) for one in subject.variables if is_credential(one)}
    values = resolved.variables
    secrets = {name: str(values[name]) for name in names & set(values)}
    given = resolved.fields.assembly
    return Component(
        position=position,
        assembly_guid=subject.assembly_guid,
        given_name="" if given.strip().lower() == subject.assembly_guid else given[:MAX_ALIAS_LENGTH],
        variables={name: SECRET if name in secrets else value for name, value in values.items()},
        ciphertext=encrypt(secrets),
        pinned=hashes_of(subject) if pin else {},
    )


def hashes_of(subject: Subject) -> dict[str, str]:
    """Return the content hash of an assembly, and of those that a workflow runs, by GUID."""
    subjects = [subject, *(one for _node, one in subject.nodes)]
    return {one.assembly_guid: one.content_hash for one in subjects}


def check_pinned(component: Component, subject: Subject) -> None:
    """Raise ContentChanged when the component was pinned to other content."""
    now = hashes_of(subject)
    changed = sorted(guid for guid in now if now[guid] != component.pinned.get(guid))
    if component.pinned and changed:
        raise ContentChanged(
            _("“%(name)s” has changed since it was confirmed for this job.") % {"name": subject.display_name},
            assembly_guid=changed[0],
        )


def _resolve(fields: ComponentFields, number: int, kept: Iterable[Component], store: PayloadStore) -> Resolved:
    try:
        subject = subject_of_assembly(_canonical(fields.assembly), None, store=store)
    except LibraryError as error:
        if not isinstance(error, Refusal):
            raise
        words = _("%(assembly)s: %(fault)s") % {"assembly": fields.assembly, "fault": error.message}
        raise ComponentUnresolvable(words, field=f"components[{number}]") from error
    secrets = credentials_of(kept, number, subject.assembly_guid)
    values = {name: secrets.get(name, value) if value == SECRET else value for name, value in fields.variables.items()}
    return Resolved(fields, subject, values)


def _canonical(name: str) -> str:
    """Return the GUID that a name leads to: its own, in any letter case, or that of an older name."""
    if len(name) <= MAX_ALIAS_LENGTH and (canonical := AssemblyAlias.objects.find_canonical(name)):
        return canonical
    try:
        return normalise_guid(name)
    except InvalidGuid as error:
        raise AssemblyNotFound from error
