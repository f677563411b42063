"""Settings of an assembly: set, removed, and archived before either, so that nothing that was ever set is forgotten."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from assemblies import documents
from assemblies.actions.annotate import AnnotationTransaction, annotate, annotate_many, setting_digest
from assemblies.actions.permit import Permit
from assemblies.actions.setting_rules import check_own, checked_value, is_personal
from assemblies.documents import canonical_json
from assemblies.errors import SettingNotFound
from assemblies.models import AssemblySetting, AssemblySettingHistory, SettingCategory, Status


def set_setting(
    guid: str, category: SettingCategory, key: str, value: Any, *, permit: Permit, status: Status = Status.ACTIVE
) -> AssemblySetting:
    """Return the setting as it is now. What says so already stays as it is.

    Raises AssemblyNotFound, InvalidField, DocumentTooLarge, Forbidden, DevModeRequired, or a Failure.
    """
    with annotate(guid, permit=permit, personal=is_personal(category)) as transaction:
        check_own(permit.actor, category, key)
        return _set(transaction, category, key, value, status)[0]


def set_for_many(
    guids: Sequence[str], category: SettingCategory, key: str, value: Any, *, permit: Permit
) -> tuple[int, int]:
    """Set the same on several assemblies, all or none. Returns how many changed, and how many said so already.

    Raises AssemblyNotFound, InvalidField, DocumentTooLarge, Forbidden, DevModeRequired, or a Failure.
    """
    with annotate_many(guids, permit=permit) as transactions:
        changed = [_set(one, category, key, value, Status.ACTIVE)[1] for one in transactions]
    return sum(changed), len(changed) - sum(changed)


def _set(
    transaction: AnnotationTransaction, category: SettingCategory, key: str, value: Any, status: Status
) -> tuple[AssemblySetting, bool]:
    """Set it within the transaction; returns the setting, and whether it said otherwise before."""
    row, actor_name = transaction.row, transaction.permit.actor.name
    text = canonical_json(checked_value(row, category, key, value)).decode()
    setting = AssemblySetting.objects.filter(assembly_id=row.guid, category=category, key=key).first()
    if setting is not None:
        if (setting.value, setting.status) == (text, status):
            return setting, False
        reason = AssemblySettingHistory.Reason.CHANGED
        archive_setting(setting, reason=reason, actor_name=actor_name, now=transaction.now)
    setting = setting or AssemblySetting(assembly_id=row.guid, category=category, key=key)
    setting.value, setting.status = text, status
    setting.updated_at, setting.updated_by = transaction.now, actor_name
    setting.save()
    transaction.record(category=category.value, key=key, status=status.value, digest=setting_digest(setting))
    return setting, True


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
