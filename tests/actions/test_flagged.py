"""Whether an assembly's text holds hidden characters is kept beside it, through every way it changes."""

from importlib import import_module
from types import SimpleNamespace

from django.apps import apps

from assemblies.actions.actor import Actor
from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.revert import revert
from assemblies.actions.update import update
from assemblies.domains import Domain
from assemblies.models import Assembly
from assemblies.payloads import PayloadStore
from tests.documents_made import script

TROJAN = "echo \u202e safe\n".encode()


def is_flagged() -> bool:
    return Assembly.objects.get().is_flagged


def test_it_follows_the_script_and_nothing_else(library: PayloadStore, operator: Actor) -> None:
    receipt = create(script(payload=TROJAN), domain=Domain.USER, actor=operator, store=library)
    guid = receipt.guid
    assert is_flagged()
    update(guid, {"summary": "Safe?"}, actor=operator, store=library)
    assert is_flagged()
    update(guid, {}, payload=b"\xff\x00binary", actor=operator, store=library)
    assert not is_flagged()
    revert(guid, sequence=receipt.revision, actor=operator, store=library)
    assert is_flagged()
    delete(guid, actor=operator)
    assert is_flagged()
    create(script(guid=guid), domain=Domain.USER, actor=operator, store=library)
    assert not is_flagged()


def test_the_migration_flags_what_was_there_before(library: PayloadStore, operator: Actor) -> None:
    for payload in (TROJAN, b"echo\n", "echo ä\n".encode()):
        create(script(payload=payload), domain=Domain.USER, actor=operator, store=library)
    Assembly.objects.update(is_flagged=False)
    migration = import_module("assemblies.migrations.0004_list")
    migration.flag(apps, SimpleNamespace(connection=SimpleNamespace(alias="official")))
    assert not Assembly.objects.flagged().exists()
    migration.flag(apps, SimpleNamespace(connection=SimpleNamespace(alias="default")))
    assert [row.search_text for row in Assembly.objects.flagged()] == [TROJAN.decode()]
