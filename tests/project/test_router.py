"""Which database a query goes to, and which tables are where."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections, models

from assemblies.domains import Domain
from assemblies.models import Assembly, DomainAssembly, JournalEntry, Watermark, replica_model
from assemblies.router import DomainRouter, UnroutedQuery
from devmode.models import AuditEntry
from tests.project.rows import replica_row

pytestmark = pytest.mark.database

ALIASES = [domain.alias for domain in Domain]
REPLICA_TABLES = {"assemblies_domainassembly", "assemblies_watermark"}
every_database = pytest.mark.django_db(databases="__all__")


@pytest.mark.parametrize("model", [DomainAssembly, Watermark])
def test_a_query_on_a_replica_that_names_no_database_is_refused(model: Any) -> None:
    queries: list[Callable[[], object]] = [model.objects.count, model().save, model.objects.all().delete]
    for query in queries:
        with pytest.raises(UnroutedQuery, match=f"{model.__name__}: .* named no domain"):
            query()


@pytest.mark.parametrize("domain", Domain)
def test_each_proxy_reads_and_writes_its_own_database(domain: Domain) -> None:
    model = replica_model(domain)
    assert model.objects.all().db == domain.alias
    assert DomainRouter().db_for_write(model) == domain.alias


@every_database
@pytest.mark.parametrize("domain", Domain)
def test_a_row_saved_by_a_proxy_is_in_that_database_alone(domain: Domain) -> None:
    replica_model(domain)(**replica_row()).save()
    counts = {alias: DomainAssembly.objects.using(alias).count() for alias in ALIASES}
    assert counts == {alias: int(alias == domain.alias) for alias in ALIASES}


@every_database
def test_a_row_goes_back_to_the_database_it_came_from() -> None:
    DomainAssembly(**replica_row()).save(using="community")
    row = DomainAssembly.objects.using("community").get()
    row.display_name = "Renamed"
    row.save()
    row.refresh_from_db()
    assert DomainAssembly.objects.using("community").get().display_name == "Renamed"


@pytest.mark.parametrize("model", [Assembly, JournalEntry, AuditEntry, User])
def test_everything_else_is_in_default(model: type[models.Model]) -> None:
    assert model._default_manager.all().db == "default"
    assert DomainRouter().db_for_write(model) == "default"


def test_rows_are_related_within_one_database_only() -> None:
    router, one, two, other = DomainRouter(), DomainAssembly(), DomainAssembly(), DomainAssembly()
    one._state.db = two._state.db = "official"
    other._state.db = "community"
    assert router.allow_relation(one, two)
    assert not router.allow_relation(one, other)


@every_database
def test_after_migrate_each_table_is_only_where_it_belongs() -> None:
    tables = {alias: set(connections[alias].introspection.table_names()) for alias in connections}
    for alias in ALIASES:
        assert tables[alias] == REPLICA_TABLES | {"django_migrations"}
    assert not tables["default"] & REPLICA_TABLES
    assert tables["default"] >= {"assemblies_assembly", "assemblies_journalentry", "devmode_auditentry", "auth_user"}
