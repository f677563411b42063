"""The audit: append to it, check its chain, search it."""

from devmode.audit.entries import AuditFacts, AuditUnwritable, Subject, record
from devmode.audit.hashing import entry_hash, find_breaks, find_head

__all__ = ["AuditFacts", "AuditUnwritable", "Subject", "entry_hash", "find_breaks", "find_head", "record"]
