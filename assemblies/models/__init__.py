"""Rows: the working copy and the journal in `default`, replicas and their watermarks in the domain databases."""

from assemblies.models.assembly import Assembly
from assemblies.models.content import AttachmentFacts, Content, Lineage
from assemblies.models.domain_assembly import (
    CommunityAssembly,
    DomainAssembly,
    OfficialAssembly,
    UserCreatedAssembly,
    Watermark,
    replica_model,
)
from assemblies.models.domain_state import DomainState, Flush
from assemblies.models.journal import JournalEntry, JournalHead

__all__ = [
    "Assembly",
    "AttachmentFacts",
    "CommunityAssembly",
    "Content",
    "DomainAssembly",
    "DomainState",
    "Flush",
    "JournalEntry",
    "JournalHead",
    "Lineage",
    "OfficialAssembly",
    "UserCreatedAssembly",
    "Watermark",
    "replica_model",
]
