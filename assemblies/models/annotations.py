"""Annotations: what operators say about an assembly next to its content, by its GUID: settings, their history, notes.

Settings and notes are live rows that a re-keying moves; the history keeps earlier values readable afterwards.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assemblies.models.aliases import ALIAS_LENGTH
from assemblies.models.assembly import Assembly
from assemblies.models.columns import GUID_LENGTH

KEY_LENGTH = 255
ACTOR_LENGTH = 150


class Status(models.TextChoices):
    """Whether a setting or a note holds; only `active` ones do."""

    ACTIVE = "active", _("Active")
    SUPERSEDED = "superseded", _("Superseded")
    INVALID = "invalid", _("Invalid")


class SettingCategory(models.TextChoices):
    """What operators set on an assembly. `replaced_by` names another one; the key of `suppressed_check` is a rule."""

    VARIABLE_DEFAULT = "variable_default", _("Default of a variable")
    FAVOURITE = "favourite", _("Favourite")
    APPROVED = "approved", _("Approved")
    DEPRECATED = "deprecated", _("Deprecated")
    REPLACED_BY = "replaced_by", _("Replaced by")
    SUPPRESSED_CHECK = "suppressed_check", _("Suppressed check")


class SettingColumns(models.Model):
    """What a setting says; `value` is canonical JSON."""

    category = models.CharField(_("category"), max_length=32, choices=SettingCategory)
    key = models.CharField(_("key"), max_length=KEY_LENGTH, blank=True)
    value = models.TextField(_("value"))
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.ACTIVE)
    updated_at = models.DateTimeField(_("updated at"))
    updated_by = models.CharField(_("updated by"), max_length=ACTOR_LENGTH)

    class Meta:
        abstract = True


class AssemblySetting(SettingColumns):
    """One thing that operators set on an assembly; it stays when the assembly is deleted and comes back with it."""

    assembly = models.ForeignKey(
        Assembly, on_delete=models.PROTECT, db_column="assembly_guid", related_name="settings", verbose_name="assembly"
    )

    class Meta:
        verbose_name = _("setting")
        verbose_name_plural = _("settings")
        default_permissions = ("view",)
        ordering = ["assembly_id", "category", "key"]
        constraints = [models.UniqueConstraint(fields=["assembly", "category", "key"], name="one_setting_per_key")]
        # Somebody's favourites are read with every list.
        indexes = [models.Index(fields=["category", "key"], name="setting_by_key")]

    def __str__(self) -> str:
        return f"{self.category} {self.key}".strip()


class AssemblySettingHistory(SettingColumns):
    """A fact: this is what a setting said until then, and why it no longer does. Never changed or removed."""

    class Reason(models.TextChoices):
        CHANGED = "changed", _("Changed")
        REMOVED = "removed", _("Removed")
        DROPPED = "dropped", _("Gave way to the canonical assembly's setting")
        REPLACED = "replaced", _("Gave way to a re-keyed setting")

    assembly_guid = models.CharField(_("assembly"), max_length=GUID_LENGTH)
    reason = models.CharField(_("reason"), max_length=16, choices=Reason)
    archived_at = models.DateTimeField(_("archived at"))
    archived_by = models.CharField(_("archived by"), max_length=ACTOR_LENGTH)

    class Meta:
        verbose_name = _("earlier setting")
        verbose_name_plural = _("earlier settings")
        default_permissions = ("view",)
        ordering = ["-archived_at", "-id"]
        indexes = [models.Index(fields=["assembly_guid", "category", "key"], name="setting_history_by_key")]

    def __str__(self) -> str:
        return f"{self.category} {self.key}".strip()


class AssemblyNote(models.Model):
    """What an operator noted about an assembly, by whatever name the assembly went then."""

    assembly_guid = models.CharField(_("assembly"), max_length=ALIAS_LENGTH, db_index=True)
    note_type = models.CharField(_("type"), max_length=32, default="note")
    content = models.TextField(_("text"))
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.ACTIVE)
    created_at = models.DateTimeField(_("created at"))
    created_by = models.CharField(_("created by"), max_length=ACTOR_LENGTH)
    updated_at = models.DateTimeField(_("updated at"))

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        default_permissions = ("view",)
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.content[:80]
