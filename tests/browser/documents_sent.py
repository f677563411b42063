"""Documents that a browser sends to the import, and the library it meets."""

from collections.abc import Callable

from playwright.sync_api import Page

from assemblies.actions.create import create
from assemblies.domains import Domain
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_create

IMPORT = "/admin/assemblies/assembly/import/"
EXPORT = "/admin/assemblies/assembly/export/"
OFFICIAL, MINE = "a" * 40, "b" * 40
OLD = b"#!/bin/bash\nset -eu\ndf -h /\necho done\n"
Picture = Callable[[Page, str], None]
Accessible = Callable[[Page], None]


def stock_library(library: PayloadStore, operator: Actor, command: Actor) -> None:
    published = script("Disk usage", OLD, guid=OFFICIAL, tags=["disk"])
    create(published, domain=Domain.OFFICIAL, permit=may_create(command), store=library)
    create(script("Clean up logs", OLD, guid=MINE), domain=Domain.USER, permit=may_create(operator), store=library)
