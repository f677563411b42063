"""Remove what was set on an assembly; it is archived."""

from assemblies import documents
from assemblies.actions.actor import Actor
from assemblies.actions.archive_setting import archive_setting
from assemblies.actions.beside import beside
from assemblies.actions.setting_rules import check_own, is_personal
from assemblies.audit_events import LibraryEvent
from assemblies.errors import SettingNotFound
from assemblies.models import AssemblySetting, AssemblySettingHistory, SettingCategory


def remove_setting(guid: str, category: SettingCategory, key: str, *, actor: Actor) -> None:
    """Remove a setting.

    Raises AssemblyNotFound, SettingNotFound, InvalidField, Forbidden, DevModeRequired, or a Failure.
    """
    documents.check_value(key, "key")
    with beside(guid, actor=actor, event=LibraryEvent.REMOVE_SETTING, personal=is_personal(category)) as occasion:
        check_own(actor, category, key)
        setting = AssemblySetting.objects.filter(assembly_id=guid, category=category, key=key).first()
        if setting is None:
            raise SettingNotFound(assembly_guid=guid, category=category.value, key=key)
        reason = AssemblySettingHistory.Reason.REMOVED
        archive_setting(setting, reason=reason, actor_name=actor.name, now=occasion.now)
        setting.delete()
        occasion.record(category=category.value, key=key)
