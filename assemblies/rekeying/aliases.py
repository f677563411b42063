"""The library's own alias table: what queries by GUID accept."""

from datetime import datetime

from assemblies.domains import Domain
from assemblies.models import AssemblyAlias, fold_alias
from assemblies.rekeying.registry import Entry, Registry, registry_of

BATCH_ROWS = 500


def stored_registry() -> Registry:
    """Return the registry that the library already knows."""
    known: dict[str, list[AssemblyAlias]] = {}
    for alias in AssemblyAlias.objects.order_by("alias"):
        known.setdefault(alias.canonical_guid, []).append(alias)
    return registry_of(
        [
            Entry(
                guid,
                tuple(alias.alias for alias in aliases),
                next((Domain(alias.domain) for alias in aliases if alias.domain), None),
                kinds={alias.alias: alias.kind for alias in aliases if alias.kind},
            )
            for guid, aliases in sorted(known.items())
        ],
        fold_alias,
        fold_id=fold_alias,
    )


def new_aliases(registry: Registry) -> dict[str, str]:
    """Return the registry's names that the table lacks or has for another assembly; an id that was an alias, too."""
    known = dict(AssemblyAlias.objects.values_list("alias", "canonical_guid"))
    names = registry.names
    return {alias: names[alias] for alias in sorted(names) if known.get(alias, alias) != names[alias]}


def register_aliases(registry: Registry, *, now: datetime) -> None:
    """Bring the alias table up to the registry, within the current transaction. Only what is an id now is forgotten.

    Whatever was an alias of a name that is itself an alias now goes on to name the canonical GUID.
    """
    new = new_aliases(registry)
    for alias, guid in new.items():
        AssemblyAlias.objects.filter(canonical_guid=alias).update(canonical_guid=guid)
    AssemblyAlias.objects.filter(alias__in=registry.entries).delete()
    AssemblyAlias.objects.bulk_create(
        [
            AssemblyAlias(
                alias=alias,
                canonical_guid=guid,
                domain=registry.domain_of(guid) or "",
                kind=registry.kind_of(alias),
                registered_at=now,
            )
            for alias, guid in new.items()
            if alias != guid
        ],
        update_conflicts=True,
        unique_fields=["alias"],
        update_fields=["canonical_guid", "domain", "kind", "registered_at"],
        batch_size=BATCH_ROWS,
    )
