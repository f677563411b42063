"""Whose favourite an assembly is: a setting that everybody makes for themselves alone."""

from assemblies.models import AssemblySetting, SettingCategory, Status


def favourites_of(name: str) -> frozenset[str]:
    """Return the GUIDs of somebody's favourites; one query."""
    own = AssemblySetting.objects.filter(category=SettingCategory.FAVOURITE, key=name, status=Status.ACTIVE)
    return frozenset(own.order_by().values_list("assembly_id", flat=True))
