"""Archive a setting before it is changed or removed, so that nothing that was ever set is forgotten."""

from datetime import datetime

from assemblies.models import AssemblySetting, AssemblySettingHistory


def archive_setting(setting: AssemblySetting, *, reason: str, actor_name: str, now: datetime) -> None:
    """Keep what a setting says, within the transaction that changes or removes it."""
    AssemblySettingHistory.objects.create(
        assembly_guid=setting.assembly_id,
        category=setting.category,
        key=setting.key,
        value=setting.value,
        status=setting.status,
        updated_at=setting.updated_at,
        updated_by=setting.updated_by,
        reason=reason,
        archived_at=now,
        archived_by=actor_name,
    )
