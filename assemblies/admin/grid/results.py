"""The list that an address asks for, with what is somebody's own and the counts of every filter."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q
from django.utils import timezone

from assemblies.admin.grid.address import ListAddress
from assemblies.catalogue import ListResult, find_list, library_catalogue
from assemblies.catalogue.facets import Facets, Sets, find_facets
from assemblies.catalogue.findings import assemblies_by_findings, findings_stamp
from assemblies.catalogue.life_cycle import STATES, assemblies_by_life_cycle
from assemblies.catalogue.search import Search
from assemblies.models import Assembly, AssemblySetting, SettingCategory, Status


@dataclass(frozen=True)
class FoundList:
    """What was found for an address. `number` is the page shown: the last one where there are fewer."""

    address: ListAddress
    result: ListResult
    number: int
    sets: Sets
    now: datetime

    @property
    def search(self) -> Search:
        return self.result.parameters.search

    @cached_property
    def facets(self) -> Facets:
        return find_facets(self.result, now=self.now, sets=self.sets)


def find(address: ListAddress, user: AbstractBaseUser | Any) -> FoundList:
    """Return what somebody finds at an address; their favourites are their own."""
    now, snapshot = timezone.now(), library_catalogue().current()
    settings = _settings_of(user.get_username())
    sets: Sets = {
        "flagged": frozenset(Assembly.objects.flagged().values_list("guid", flat=True)),
        "favourite": frozenset(guid for category, guid in settings if category == SettingCategory.FAVOURITE),
        "life_cycle": assemblies_by_life_cycle(snapshot, settings),
        "findings": assemblies_by_findings(snapshot, findings_stamp()),
    }
    result = find_list(snapshot, address.parameters(sets=sets, now=now))
    number = min(address.page, max(1, -(-result.count // address.size)))
    parameters = replace(result.parameters, offset=(number - 1) * address.size)
    return FoundList(address, replace(result, parameters=parameters), number, sets, now)


def _settings_of(name: str) -> list[tuple[str, str]]:
    """Return the category and GUID of somebody's favourites and of what says how far assemblies are; one query."""
    own = Q(category=SettingCategory.FAVOURITE, key=name) | Q(category__in=list(STATES))
    active = AssemblySetting.objects.filter(own, status=Status.ACTIVE)
    return list(active.order_by().values_list("category", "assembly_id"))


def favourites_of(name: str) -> frozenset[str]:
    """Return the GUIDs of somebody's favourites; one query."""
    own = AssemblySetting.objects.filter(category=SettingCategory.FAVOURITE, key=name, status=Status.ACTIVE)
    return frozenset(own.order_by().values_list("assembly_id", flat=True))
