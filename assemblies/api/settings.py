"""What operators set on an assembly. Of favourites everybody sees their own alone."""

import json
from typing import Any

from django.db.models import Q
from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.actions import remove_setting, set_setting
from assemblies.actions.permit import Permit
from assemblies.actions.setting_rules import get_setting_permit
from assemblies.api import identity_schema as schema
from assemblies.api.actors import actor_of
from assemblies.api.endpoint import AssemblyEndpoint
from assemblies.api.paging import PAGE_NAMES, PageOf
from assemblies.api.reading import Query, read_choice, read_object
from assemblies.audit_events import LibraryEvent
from assemblies.catalogue.find import find_entry
from assemblies.domains import Domain
from assemblies.errors import InvalidField
from assemblies.models import AssemblySetting, SettingCategory, Status
from assemblies.models.annotations import SettingColumns
from devmode.audit.events import AuditEvent

DEFAULT_LIMIT = 100


class SettingsView(AssemblyEndpoint):
    """Everything that is set on an assembly, by category and key."""

    @schema.list_settings
    def get(self, request: Request, guid: str) -> Response:
        part, entry = PageOf.asked(Query(request, PAGE_NAMES), default=DEFAULT_LIMIT), find_entry(guid)
        settings = AssemblySetting.objects.filter(visible_to(request), assembly_id=entry.guid)
        results = [setting_facts(setting) for setting in settings[part.offset : part.offset + part.limit]]
        return Response(part.links(request, settings.count()) | {"results": results})


class SettingView(AssemblyEndpoint):
    """One setting, by its category and key."""

    @schema.write_setting
    def put(self, request: Request, guid: str, category: str, key: str) -> Response:
        permit, guid, chosen = _permitted(request, guid, category, key, LibraryEvent.SET_SETTING)
        sent = read_object(request.data, ("value", "status"))
        if "value" not in sent:
            raise InvalidField("This is missing.", field="value")
        status = read_choice(sent.get("status", Status.ACTIVE.value), Status, "status")
        setting = set_setting.set_setting(guid, chosen, key, sent["value"], permit=permit, status=status)
        return Response(setting_facts(setting))

    @schema.remove_setting
    def delete(self, request: Request, guid: str, category: str, key: str) -> Response:
        permit, guid, chosen = _permitted(request, guid, category, key, LibraryEvent.REMOVE_SETTING)
        remove_setting.remove_setting(guid, chosen, key, permit=permit)
        return Response(status=204)


def _permitted(
    request: Request, guid: str, category: str, key: str, event: AuditEvent
) -> tuple[Permit, str, SettingCategory]:
    """Return the permit, the GUID and the category.

    Raises InvalidGuid, AssemblyNotFound, InvalidField, and Forbidden or DevModeRequired (audited under `event`).
    """
    entry = find_entry(guid)
    chosen = read_choice(category, SettingCategory, "category")
    permit = get_setting_permit(actor_of(request), event, Domain(entry.domain), chosen, key, guid=entry.guid)
    return permit, entry.guid, chosen


def visible_to(request: Request) -> Q:
    """Return which settings, and which earlier ones, whoever asks may see."""
    return ~Q(category=SettingCategory.FAVOURITE) | Q(key=request.user.get_username())


def setting_facts(setting: SettingColumns) -> dict[str, Any]:
    """Return what a setting says, or said."""
    return {
        "category": setting.category,
        "key": setting.key,
        "value": json.loads(setting.value),
        "status": setting.status,
        "updated_at": setting.updated_at,
        "updated_by": setting.updated_by,
    }
