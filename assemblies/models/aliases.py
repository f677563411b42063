"""Aliases: the earlier names of assemblies, kept so that nothing that was ever written down stops being found."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assemblies.domains import Domain
from assemblies.models.assembly import Assembly
from assemblies.models.columns import GUID_LENGTH

ALIAS_LENGTH = 1024


class AliasKind(models.TextChoices):
    """Where an alias comes from. Display names drift and are never aliases."""

    GUID = "guid", _("Earlier GUID")
    GUID_CASE = "guid-case", _("GUID in another letter case")
    SHA1 = "sha1", _("SHA-1 of an earlier path")
    PATH = "path", _("Earlier path")
    STEM = "stem", _("File stem")
    SHORT8 = "short8", _("First eight digits")
    IMPORT = "import", _("Name in an import's source")


class AssemblyAliasQuerySet(models.QuerySet["AssemblyAlias"]):
    """Queries by whatever name is at hand."""

    def find_canonical(self, guid_or_alias: str) -> str | None:
        """Return the canonical GUID of an assembly's GUID, in any letter case, or of a registered alias."""
        name = fold_alias(guid_or_alias)
        canonical = self.filter(alias=name).values_list("canonical_guid", flat=True).first()
        if canonical is None and Assembly.objects.filter(guid=name).exists():
            return name
        return canonical


class AssemblyAlias(models.Model):
    """Another name of an assembly, in its folded spelling; it names the canonical GUID itself, never an alias."""

    alias = models.CharField(_("alias"), max_length=ALIAS_LENGTH, primary_key=True)
    canonical_guid = models.CharField(_("assembly"), max_length=GUID_LENGTH, db_index=True)
    domain = models.CharField(_("source"), max_length=16, choices=Domain, blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=AliasKind, blank=True)
    registered_at = models.DateTimeField(_("registered at"))

    objects = AssemblyAliasQuerySet.as_manager()

    class Meta:
        verbose_name = _("alias")
        verbose_name_plural = _("aliases")
        default_permissions = ("view",)
        ordering = ["alias"]

    def __str__(self) -> str:
        return f"{self.alias} → {self.canonical_guid}"


def fold_alias(name: str) -> str:
    """Return the one spelling under which a name is looked up: trimmed, lower case, `/` between folders."""
    return name.strip().lower().replace("\\", "/")
