"""Remove a saved view of one's own."""

from assemblies.actions.audit import named_failures
from assemblies.models import SavedView
from devmode.write_lock import write_transaction


def remove_view(owner_id: int, name: str) -> bool:
    """Remove it, and say whether there was one. Raises LibraryBusy."""
    with named_failures(), write_transaction():
        removed, _by_model = SavedView.objects.filter(owner_id=owner_id, name=name).delete()
    return removed > 0
