"""Rows: the working copy and the journal in `default`, replicas and their watermarks in the domain databases."""

from assemblies.models.aliases import AliasKind, AssemblyAlias, fold_alias
from assemblies.models.annotations import (
    AssemblyNote,
    AssemblySetting,
    AssemblySettingHistory,
    SettingCategory,
    Status,
)
from assemblies.models.assembly import Assembly
from assemblies.models.check_result import CheckResult
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
from assemblies.models.import_operation import ImportOperation
from assemblies.models.journal import EntryRow, JournalEntry, JournalHead, KeyedRequest
from assemblies.models.journaled_payload import JournaledPayload
from assemblies.models.official import SyncRecord, UpstreamDocument
from assemblies.models.saved_view import SavedView
from assemblies.models.store_mark import StoreMark

__all__ = [
    "AliasKind",
    "Assembly",
    "AssemblyAlias",
    "AssemblyNote",
    "AssemblySetting",
    "AssemblySettingHistory",
    "AttachmentFacts",
    "CheckResult",
    "CommunityAssembly",
    "Content",
    "DomainAssembly",
    "DomainState",
    "EntryRow",
    "Flush",
    "ImportOperation",
    "JournalEntry",
    "JournalHead",
    "JournaledPayload",
    "KeyedRequest",
    "Lineage",
    "OfficialAssembly",
    "SavedView",
    "SettingCategory",
    "Status",
    "StoreMark",
    "SyncRecord",
    "UpstreamDocument",
    "UserCreatedAssembly",
    "Watermark",
    "fold_alias",
    "replica_model",
]
