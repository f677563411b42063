"""Whether an assembly contains what people cannot see is stored with it, through every way it changes."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps

from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.revert import revert
from assemblies.actions.update import update
from assemblies.domains import Domain
from assemblies.models import Assembly
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_create, may_delete, may_revert, may_update

TROJAN = "echo \u202e safe\n".encode()


def is_flagged() -> bool:
    return Assembly.objects.get().is_flagged


def test_it_follows_the_script_and_nothing_else(library: PayloadStore, operator: Actor) -> None:
    receipt = create(script(payload=TROJAN), domain=Domain.USER, permit=may_create(operator), store=library)
    guid = receipt.guid
    assert is_flagged()
    update(guid, {"summary": "Safe?"}, permit=may_update(operator), store=library)
    assert is_flagged()
    update(guid, {}, payload=b"\xff\x00binary", permit=may_update(operator), store=library)
    assert not is_flagged()
    revert(guid, sequence=receipt.revision, permit=may_revert(operator), store=library)
    assert is_flagged()
    delete(guid, permit=may_delete(operator))
    assert is_flagged()
    create(script(guid=guid), domain=Domain.USER, permit=may_create(operator), store=library)
    assert not is_flagged()


def test_the_migration_flags_what_was_there_before(library: PayloadStore, operator: Actor) -> None:
    for payload in (TROJAN, b"echo\n", "echo ä\n".encode()):
        create(script(payload=payload), domain=Domain.USER, permit=may_create(operator), store=library)
    Assembly.objects.update(is_flagged=False)
    migration = import_module("assemblies.migrations.0004_list")
    migration.flag(apps, SimpleNamespace(connection=SimpleNamespace(alias="official")))
    assert not Assembly.objects.flagged().exists()
    migration.flag(apps, SimpleNamespace(connection=SimpleNamespace(alias="default")))
    assert [row.search_text for row in Assembly.objects.flagged()] == [TROJAN.decode()]


BIDIRECTIONAL = "invoice\u202egpj"


@pytest.mark.parametrize(
    "fields",
    [
        {"display_name": BIDIRECTIONAL},
        {"summary": BIDIRECTIONAL},
        {"tags": [BIDIRECTIONAL]},
        {"category": BIDIRECTIONAL},
        {"variables": [{"name": "A", "label": BIDIRECTIONAL}]},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_a_name_that_hides_something_is_flagged_until_it_is_changed(
    library: PayloadStore, operator: Actor, fields: dict[str, Any]
) -> None:
    receipt = create(script(payload=b"echo\n"), domain=Domain.USER, permit=may_create(operator), store=library)
    assert not is_flagged()
    update(receipt.guid, fields, permit=may_update(operator), store=library)
    assert is_flagged()
    revert(receipt.guid, sequence=receipt.revision, permit=may_revert(operator), store=library)
    assert not is_flagged()


@pytest.mark.parametrize(
    ("type_name", "payload", "flagged"),
    [
        ("bash", b"#!/bin/bash\r\necho\r\n", True),
        ("python", b"\xef\xbb\xbf#!/usr/bin/env python3\nprint()\n", True),
        ("bash", b"#!/bin/bash\necho\r\n", False),
        ("bash", b"\xef\xbb\xbfecho\n", False),
        ("powershell", b"\xef\xbb\xbf#!/usr/bin/env pwsh\r\n", False),
        ("batch", b"@echo off\r\n", False),
    ],
)
def test_a_first_line_that_keeps_a_script_from_starting_is_flagged(
    library: PayloadStore, operator: Actor, type_name: str, payload: bytes, flagged: bool
) -> None:
    create(script(type_name=type_name, payload=payload), domain=Domain.USER, permit=may_create(operator), store=library)
    assert is_flagged() is flagged


def test_the_migration_flags_names_and_first_lines(library: PayloadStore, operator: Actor) -> None:
    for facts in ({"display_name": BIDIRECTIONAL}, {"payload": b"#!/bin/sh\r\n"}, {"payload": TROJAN}, {}):
        create(script(**{"payload": b"echo\n"} | facts), domain=Domain.USER, permit=may_create(operator), store=library)
    Assembly.objects.update(is_flagged=False, is_script_flagged=False)
    Assembly.objects.filter(search_text=TROJAN.decode()).update(is_flagged=True)
    migration = import_module("assemblies.migrations.0005_flags_of_names")
    migration.flag(apps, SimpleNamespace(connection=SimpleNamespace(alias="default")))
    assert Assembly.objects.flagged().count() == 3
    assert [row.search_text for row in Assembly.objects.filter(is_script_flagged=True)] == [TROJAN.decode()]
