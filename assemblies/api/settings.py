"""What operators set on an assembly, and what was set before. Of favourites everybody sees their own alone.

What was archived under a name the assembly had earlier is part of its history, and a deleted one's stays readable.
"""

from django.db.models import Q
from django.db.models.functions import Lower
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.actions import settings as verbs
from assemblies.actions.permit import Permit
from assemblies.actions.setting_rules import get_setting_permit
from assemblies.api.description import CATEGORY, GUID, READING_ONE, SETTING_KEY
from assemblies.api.resource import AssemblyResource
from assemblies.api.shapes.annotations import EarlierSetting, EarlierSettingList, Setting, SettingBody, SettingList
from assemblies.audit_events import LibraryEvent
from assemblies.domains import Domain
from assemblies.errors import InvalidField
from assemblies.models import AssemblyAlias, AssemblySetting, AssemblySettingHistory, SettingCategory
from assemblies.web.actors import actor_of
from assemblies.web.paging import PageQuery, ShortPageQuery, page_head, part_of
from devmode.api.schema import described
from devmode.audit.events import AuditEvent


class SettingViewSet(AssemblyResource):
    """Everything that is set on an assembly, by category and key."""

    @described(
        "List settings",
        operation_id="list_settings",
        query=PageQuery,
        answers={200: SettingList},
        parameters=(GUID,),
        refusals=READING_ONE,
    )
    def list(self, request: Request, guid: str) -> Response:
        wanted, entry = self.query(), self.entry(guid)
        settings = AssemblySetting.objects.filter(visible_to(request), assembly_id=entry.guid)
        results = Setting(part_of(settings, wanted), many=True).data
        return Response(page_head(request, wanted, settings.count()) | {"results": results})

    @described(
        "List what was set before",
        operation_id="list_setting_history",
        query=ShortPageQuery,
        answers={200: EarlierSettingList},
        parameters=(GUID,),
        refusals=READING_ONE,
    )
    @action(detail=False)
    def history(self, request: Request, guid: str) -> Response:
        """Tell who changed or removed a setting, when and why; newest first."""
        wanted, entry = self.query(), self.any_entry(guid)
        names = AssemblyAlias.objects.filter(canonical_guid=entry.guid).values("alias")
        archived = AssemblySettingHistory.objects.annotate(folded=Lower("assembly_guid"))
        earlier = archived.filter(visible_to(request), Q(assembly_guid=entry.guid) | Q(folded__in=names))
        results = EarlierSetting(part_of(earlier, wanted), many=True).data
        return Response(page_head(request, wanted, earlier.count()) | {"results": results})

    @described(
        "Set something on an assembly",
        operation_id="write_setting",
        body=SettingBody,
        answers={200: Setting},
        parameters=(GUID, CATEGORY, SETTING_KEY),
        refusals=(401, 403, 404, 413, 415, 503, 507),
    )
    @action(detail=False, methods=["put"], url_path="<str:category>/<str:key>", url_name="entry")
    def write(self, request: Request, guid: str, category: str, key: str) -> Response:
        permit, guid, chosen = self._authorized(guid, category, key, LibraryEvent.SET_SETTING)
        sent = self.body()
        setting = verbs.set_setting(guid, chosen, key, sent["value"], permit=permit, status=sent["status"])
        return Response(Setting(setting).data)

    @described(
        "Remove what was set on an assembly",
        operation_id="remove_setting",
        answers={204: None},
        parameters=(GUID, CATEGORY, SETTING_KEY),
        refusals=(401, 403, 404, 503, 507),
    )
    @write.mapping.delete  # type: ignore[untyped-decorator]
    def remove(self, request: Request, guid: str, category: str, key: str) -> Response:
        permit, guid, chosen = self._authorized(guid, category, key, LibraryEvent.REMOVE_SETTING)
        verbs.remove_setting(guid, chosen, key, permit=permit)
        return Response(status=204)

    def _authorized(self, guid: str, category: str, key: str, event: AuditEvent) -> tuple[Permit, str, SettingCategory]:
        """Return the permit, the GUID and the category.

        Raises InvalidGuid, AssemblyNotFound, InvalidField, and Forbidden or DevModeRequired (audited under `event`).
        """
        entry = self.entry(guid)
        if category not in SettingCategory:
            raise InvalidField(f"This must be one of: {', '.join(SettingCategory.values)}.", field="category")
        chosen = SettingCategory(category)
        actor = actor_of(self.request)
        permit = get_setting_permit(actor, event, Domain(entry.domain), chosen, key, guid=entry.guid)
        return permit, entry.guid, chosen


def visible_to(request: Request) -> Q:
    """Return which settings, and which earlier ones, the user may see."""
    return ~Q(category=SettingCategory.FAVOURITE) | Q(key=request.user.get_username())
