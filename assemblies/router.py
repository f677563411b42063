"""Which database a query goes to.

A proxy of `DomainAssembly` names its domain and so its alias; everything of the working copy lives in `default`. A
query on a replica's table that names no domain is refused: answering it from `default` would be a silent lie.
"""

from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model

from assemblies.domains import DOMAIN_ALIASES, Domain

REPLICA_MODELS = {
    "domainassembly",
    "officialassembly",
    "communityassembly",
    "usercreatedassembly",
    "watermark",
}


class UnroutedQuery(Exception):
    """A query on a replica's table named no domain: use a domain's proxy model, or `.using(alias)`."""


class DomainRouter:
    """Sends each model to its database."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        if not _is_replica(model._meta.app_label, model._meta.model_name):
            return DEFAULT_DB_ALIAS
        # A proxy's own domain; the watermark's is a column and names nothing.
        domain = getattr(model, "domain", None)
        if isinstance(domain, Domain):
            return domain.alias
        instance = hints.get("instance")
        if instance is not None and instance._state.db in DOMAIN_ALIASES:
            return str(instance._state.db)
        raise UnroutedQuery(f"{model.__name__}: {UnroutedQuery.__doc__}")

    db_for_write = db_for_read

    def allow_relation(self, first: Model, second: Model, **hints: Any) -> bool:
        return first._state.db == second._state.db

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool:
        """Replica tables exist in the domain databases only, all others in `default` only."""
        return (db in DOMAIN_ALIASES) == _is_replica(app_label, model_name)


def _is_replica(app_label: str, model_name: str | None) -> bool:
    return app_label == "assemblies" and model_name in REPLICA_MODELS
