"""Give an assembly another name, by which queries find it. Names are never taken from the assembly that has them."""

from assemblies.actions.annotate import annotate
from assemblies.actions.permit import Permit
from assemblies.documents.fields import line
from assemblies.domains import Domain
from assemblies.errors import InvalidField
from assemblies.models import Assembly, AssemblyAlias, fold_alias
from assemblies.models.aliases import ALIAS_LENGTH


def add_alias(guid: str, name: object, *, permit: Permit) -> AssemblyAlias:
    """Return the alias, in its folded spelling; one that the assembly has already stays as it is.

    Raises AssemblyNotFound, InvalidField, Forbidden, DevModeRequired, or a Failure.
    """
    alias = fold_alias(line(name, "alias", ALIAS_LENGTH))
    if not alias:
        raise InvalidField("This must not be blank.", field="alias")
    with annotate(guid, permit=permit) as transaction:
        known = AssemblyAlias.objects.filter(alias=alias).first()
        if known is not None and known.canonical_guid == transaction.row.guid:
            return known
        if known is not None or Assembly.objects.filter(guid=alias).exists():
            raise InvalidField("Another assembly already has this name.", field="alias")
        made = AssemblyAlias.objects.create(
            alias=alias,
            canonical_guid=transaction.row.guid,
            domain=Domain(transaction.row.domain),
            registered_at=transaction.now,
        )
        transaction.record(alias=alias)
    return made
