"""The official catalogue for people: how it stands, what a sync would do, and what came of each."""

from assemblies.admin.syncs.records import SyncRecordAdmin

__all__ = ["SyncRecordAdmin"]
