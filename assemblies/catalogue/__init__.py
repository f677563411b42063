"""The in-memory read model: every assembly, rendered once, caught up from the journal before each answer."""

from assemblies.catalogue.catalogue import Catalogue, library_catalogue
from assemblies.catalogue.entry import CatalogueEntry
from assemblies.catalogue.order import ORDERINGS
from assemblies.catalogue.query import ListQuery, Page, find_page
from assemblies.catalogue.queue import DomainQueue, domain_queues, pending_page
from assemblies.catalogue.snapshot import Snapshot

__all__ = [
    "ORDERINGS",
    "Catalogue",
    "CatalogueEntry",
    "DomainQueue",
    "ListQuery",
    "Page",
    "Snapshot",
    "domain_queues",
    "find_page",
    "library_catalogue",
    "pending_page",
]
