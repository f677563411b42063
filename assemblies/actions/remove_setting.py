"""Remove what was set on an assembly; it is archived."""

from assemblies import documents
from assemblies.actions.annotate import annotate
from assemblies.actions.archive_setting import archive_setting
from assemblies.actions.permit import Permit
from assemblies.actions.setting_rules import check_own, is_personal
from assemblies.errors import SettingNotFound
from assemblies.models import AssemblySetting, AssemblySettingHistory, SettingCategory


def remove_setting(guid: str, category: SettingCategory, key: str, *, permit: Permit) -> None:
    """Remove a setting.

    Raises AssemblyNotFound, SettingNotFound, InvalidField, Forbidden, DevModeRequired, or a Failure.
    """
    documents.check_value(key, "key")
    with annotate(guid, permit=permit, personal=is_personal(category)) as transaction:
        check_own(permit.actor, category, key)
        setting = AssemblySetting.objects.filter(assembly_id=guid, category=category, key=key).first()
        if setting is None:
            raise SettingNotFound(assembly_guid=guid, category=category.value, key=key)
        reason = AssemblySettingHistory.Reason.REMOVED
        archive_setting(setting, reason=reason, actor_name=permit.actor.name, now=transaction.now)
        setting.delete()
        transaction.record(category=category.value, key=key)
