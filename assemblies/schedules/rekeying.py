"""Components that go by an earlier name of an assembly get its canonical GUID. Repeatable; runs are never re-keyed."""

from assemblies.execution.transitions import ALIAS
from assemblies.rekeying.registry import Registry
from assemblies.schedules.models import Component
from devmode.write_lock import write_transaction


def find_to_rekey(registry: Registry) -> dict[int, str]:
    """Return the canonical GUID of each component that goes by another registered name, by the component's id."""
    rows = Component.objects.order_by("pk").values_list("pk", "assembly_guid")
    return {pk: canonical for pk, name in rows if (canonical := registry.moved_to(name))}


def rekey_components(registry: Registry) -> int:
    """Re-key the components of jobs, and return how many those were. What they confirmed stays confirmed."""
    with write_transaction(ALIAS):
        moved = find_to_rekey(registry)
        for component in Component.objects.select_for_update().filter(pk__in=moved):
            names = component.pinned.items()
            component.pinned = {registry.canonical_of(name) or name: value for name, value in names}
            component.assembly_guid = moved[component.pk]
            component.save(update_fields=["assembly_guid", "pinned"])
    return len(moved)
