"""The in-memory read model: every assembly, rendered once, caught up from the journal before each answer."""

from assemblies.catalogue.catalogue import Catalogue, library_catalogue
from assemblies.catalogue.entry import CatalogueEntry
from assemblies.catalogue.listing import ListResult, find_list
from assemblies.catalogue.parameters import RELEVANCE, ListParameters
from assemblies.catalogue.queue import DomainQueue, domain_queues, pending_page
from assemblies.catalogue.selection import ORDERINGS
from assemblies.catalogue.snapshot import Snapshot

__all__ = [
    "ORDERINGS",
    "RELEVANCE",
    "Catalogue",
    "CatalogueEntry",
    "DomainQueue",
    "ListParameters",
    "ListResult",
    "Snapshot",
    "domain_queues",
    "find_list",
    "library_catalogue",
    "pending_page",
]
