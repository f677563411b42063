"""Payloads: immutable bytes under GUIDs of their own, durable before anything refers to them, verified on every read.

Nothing here knows of assemblies, rows or journals: who is referenced is asked of the caller.
"""

from .durable_storage import DurableFileSystemStorage
from .from_url import store_from_url
from .reference import PayloadReference
from .store import PayloadStore

__all__ = ["DurableFileSystemStorage", "PayloadReference", "PayloadStore", "store_from_url"]
