"""Saved views of the list: each belongs to one person."""

from django.utils import timezone

from assemblies.actions.audit import named_failures
from assemblies.documents.fields import line, text
from assemblies.errors import InvalidField
from assemblies.models import SavedView
from assemblies.models.saved_view import VIEW_NAME_LENGTH, VIEW_QUERY_LENGTH
from devmode.write_lock import write_transaction

MAX_VIEWS = 100


def save_view(owner_id: int, name: str, query: str) -> SavedView:
    """Save `query`, in place of what the name stood for before. Raises InvalidField, LibraryBusy."""
    name = line(name, "name", VIEW_NAME_LENGTH).strip()
    text(query, "query", VIEW_QUERY_LENGTH)
    with named_failures(), write_transaction():
        if SavedView.objects.filter(owner_id=owner_id).exclude(name=name).count() >= MAX_VIEWS:
            raise InvalidField(f"You have {MAX_VIEWS} saved views already; delete one first.", field="name")
        values = {"query": query, "saved_at": timezone.now()}
        view, _created = SavedView.objects.update_or_create(owner_id=owner_id, name=name, defaults=values)
    return view


def remove_view(owner_id: int, name: str) -> bool:
    """Remove it, and say whether there was one. Raises LibraryBusy."""
    with named_failures(), write_transaction():
        removed, _by_model = SavedView.objects.filter(owner_id=owner_id, name=name).delete()
    return removed > 0
