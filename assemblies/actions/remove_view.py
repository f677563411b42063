"""Remove a saved view of one's own."""

from assemblies.journal.turn import writing_turn
from assemblies.models import SavedView


def remove_view(owner_id: int, name: str) -> bool:
    """Remove it, and say whether there was one. Raises LibraryBusy."""
    with writing_turn():
        removed, _by_model = SavedView.objects.filter(owner_id=owner_id, name=name).delete()
    return removed > 0
