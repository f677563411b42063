"""A library with something of everything to verify."""

import pytest

from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.update import update
from assemblies.documents import Attachment
from assemblies.domains import Domain
from assemblies.journal.flush import flush
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.official.published_folder import guid
from tests.permits import may_create, may_delete, may_update


@pytest.fixture
def stocked(library: PayloadStore, command: Actor) -> None:
    """Assemblies in every domain, changed and deleted ones too; all flushed but the last."""
    for number, domain in enumerate(Domain, start=1):
        attached = [Attachment("a.txt", "text/plain", b"attached %d" % number, {})]
        made = script(f"Number {number}", b"echo %d" % number, guid=guid(number), files=attached)
        create(made, domain=domain, permit=may_create(command), store=library)
    update(guid(3), {"summary": "Says three."}, payload=b"echo three", permit=may_update(command), store=library)
    create(script("Gone", b"echo gone", guid=guid(4)), domain=Domain.USER, permit=may_create(command), store=library)
    delete(guid(4), permit=may_delete(command))
    flush()
    create(
        script("Waiting", b"echo waiting", guid=guid(5)), domain=Domain.USER, permit=may_create(command), store=library
    )
