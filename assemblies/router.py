"""Which database a query goes to.

A proxy of `DomainAssembly` names its domain and so its alias; every other model is in the database of its app. A
query on a replica's table that names no domain is refused: answering it from `default` would be a silent lie.
"""

from typing import Any

from django.db.models import Model

from assemblies.databases import ALIAS_OF_APP, DEFAULT, REPLICAS
from assemblies.domains import Domain

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
            return ALIAS_OF_APP.get(model._meta.app_label, DEFAULT)
        # A proxy's own domain; the watermark's is a column and names nothing.
        domain = getattr(model, "domain", None)
        if isinstance(domain, Domain):
            return domain.alias
        instance = hints.get("instance")
        if instance is not None and instance._state.db in REPLICAS:
            return str(instance._state.db)
        raise UnroutedQuery(f"{model.__name__}: {UnroutedQuery.__doc__}")

    db_for_write = db_for_read

    def allow_relation(self, first: Model, second: Model, **hints: Any) -> bool:
        return first._state.db == second._state.db

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool:
        """Replica tables exist in the domain databases only, all others in the one database of their app."""
        if _is_replica(app_label, model_name):
            return db in REPLICAS
        return db == ALIAS_OF_APP.get(app_label, DEFAULT)


def _is_replica(app_label: str, model_name: str | None) -> bool:
    return app_label == "assemblies" and model_name in REPLICA_MODELS
