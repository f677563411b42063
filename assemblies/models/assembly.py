"""The working copy: the newest revision of every assembly of every domain, in `default`.

Only `assemblies.actions.commit` writes it. A deleted assembly keeps its row, with the time, so that it can be found and
brought back.
"""

from typing import Any, Self

from django.db import models
from django.db.models import Case, When
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from assemblies.domains import Domain
from assemblies.models.columns import AssemblyColumns


class ASCIILower(Lower):
    """A text of ASCII, ready to be searched in."""

    def as_sqlite(self, compiler: Any, connection: Any, **_context: Any) -> Any:
        # LIKE takes these letters alike there already; without a copy of every text.
        return compiler.compile(self.source_expressions[0])


class AssemblyQuerySet(models.QuerySet["Assembly"]):
    """States by name."""

    def live(self) -> Self:
        return self.filter(deleted_at=None)

    def deleted(self) -> Self:
        return self.exclude(deleted_at=None)

    def of_domain(self, domain: Domain) -> Self:
        return self.filter(domain=domain)

    def flagged(self) -> Self:
        """Those in which people cannot see everything: hidden characters, or a `#!` line that does not start."""
        return self.filter(is_flagged=True)

    def containing(self, folded_term: str) -> Self:
        """Those whose text contains a term, whatever letter case and normal form either has."""
        text = Case(When(folded_text="", then=ASCIILower("search_text")), default="folded_text")
        return self.alias(searched=text).filter(searched__contains=folded_term)

    def without_texts(self) -> Self:
        """Leave the long search texts in the database."""
        return self.defer("search_text", "folded_text")


class Assembly(AssemblyColumns):
    """An assembly as it is now, persisted to its domain database or not yet."""

    domain = models.CharField(_("source"), max_length=16, choices=Domain)
    search_text = models.TextField(_("text"), blank=True)
    # The form that is searched, where the text is not ASCII: databases fold the letters of ASCII alike, others each
    # in its own way.
    folded_text = models.TextField(_("text as it is searched"), blank=True, default="")
    # Kept apart, so that a change of a name need not read the text again within its transaction.
    is_script_flagged = models.BooleanField(_("script contains hidden characters"), default=False)
    is_flagged = models.BooleanField(_("contains hidden characters"), default=False)
    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True)

    objects = AssemblyQuerySet.as_manager()

    class Meta:
        verbose_name = _("assembly")
        verbose_name_plural = _("assemblies")
        ordering = ["display_name", "guid"]
        default_permissions = ("view",)
        permissions = [("write_user_created", gettext_noop("Can change user-created assemblies"))]
        indexes = [
            models.Index(fields=["domain", "display_name"], name="assembly_by_domain"),
            models.Index(fields=["sequence"], name="assembly_by_sequence"),
            # Few are: the index holds those alone.
            models.Index(fields=["guid"], name="flagged_assembly", condition=models.Q(is_flagged=True)),
        ]
