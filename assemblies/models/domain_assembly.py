"""Replicas: what a domain database holds.

One concrete table per domain database, and a proxy per domain that names it so that the router finds the file. The
watermark says up to which journal entry the rows are current; it moves in the transaction that changes the rows.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assemblies.domains import Domain
from assemblies.models.columns import AssemblyColumns


class DomainAssembly(AssemblyColumns):
    """A persisted assembly; ask a proxy for it, which knows the database."""

    class Meta:
        verbose_name = _("persisted assembly")
        verbose_name_plural = _("persisted assemblies")
        default_permissions = ("view",)


class OfficialAssembly(DomainAssembly):
    domain = Domain.OFFICIAL

    class Meta:
        proxy = True
        default_permissions = ()


class CommunityAssembly(DomainAssembly):
    domain = Domain.COMMUNITY

    class Meta:
        proxy = True
        default_permissions = ()


class UserCreatedAssembly(DomainAssembly):
    domain = Domain.USER

    class Meta:
        proxy = True
        default_permissions = ()


REPLICA_MODELS: dict[Domain, type[DomainAssembly]] = {
    model.domain: model for model in (OfficialAssembly, CommunityAssembly, UserCreatedAssembly)
}


def replica_model(domain: Domain) -> type[DomainAssembly]:
    """Return the proxy whose queries go to the domain's database."""
    return REPLICA_MODELS[domain]


class Watermark(models.Model):
    """The last journal entry a domain database holds; one row per domain database."""

    domain = models.CharField(max_length=16, choices=Domain, primary_key=True)
    journal_id = models.CharField(max_length=36)
    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.domain} at {self.sequence}"
