"""People at the admin, and a library with something of everything."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.utils import timezone

from assemblies.actions.add_note import add_note
from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.settings import set_setting
from assemblies.actions.update import update
from assemblies.documents import Attachment
from assemblies.domains import Domain
from assemblies.journal.flush import flush
from assemblies.models import AliasKind, AssemblyAlias, SettingCategory, SyncRecord
from assemblies.payloads import PayloadStore
from devmode.accounts.tokens import issue_token
from devmode.actor import Actor
from devmode.models import ApiToken
from tests.documents_made import script
from tests.permits import may_create, may_delete, may_note, may_set, may_update

LIBRARY_MODELS = (
    "assembly journalentry domainstate flush syncrecord assemblysetting assemblysettinghistory assemblynote "
    "assemblyalias"
).split()


@pytest.fixture
def ada(library: PayloadStore) -> User:
    return User.objects.create_superuser("ada")


@pytest.fixture
def superuser(ada: User) -> Client:
    return signed_in(ada)


@pytest.fixture
def anonymous(library: PayloadStore) -> Client:
    return Client()


@pytest.fixture
def signed_in_viewer(library: PayloadStore) -> Client:
    """Signed in, but not staff."""
    return signed_in(User.objects.create_user("vera"))


@pytest.fixture
def staff(library: PayloadStore) -> Client:
    """Staff who may view the library's models, and nothing else."""
    user = User.objects.create_user("stefan", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=[f"view_{name}" for name in LIBRARY_MODELS]))
    return signed_in(user)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def guid(library: PayloadStore, operator: Actor) -> str:
    """An assembly that was flushed and then changed again, so it waits."""
    document = script(
        summary="Says hello to somebody.",
        variables=[{"name": "who", "label": "Whom", "type": "string", "default": "world", "required": True}],
        files=[Attachment(file_name="list.csv", mime_type="text/csv", data=b"a,b\n", extra={})],
        tags=["greeting"],
    )
    guid = create(document, domain=Domain.USER, permit=may_create(operator), store=library).guid
    flush()
    update(guid, {"category": "greetings"}, payload=None, permit=may_update(operator), store=library)
    return guid


@pytest.fixture
def deleted_guid(library: PayloadStore, operator: Actor) -> str:
    guid = create(script("Gone"), domain=Domain.USER, permit=may_create(operator), store=library).guid
    delete(guid, permit=may_delete(operator))
    return guid


@pytest.fixture
def annotated(guid: str, operator: Actor) -> None:
    """A setting with an earlier value, a note and an alias."""
    for value in ({"by": "olga"}, {"by": "<script>olga</script>"}):
        set_setting(guid, SettingCategory.APPROVED, "production", value, permit=may_set(operator))
    add_note(guid, "Greets loudly.", permit=may_note(operator))
    AssemblyAlias.objects.create(
        alias="hello", canonical_guid=guid, domain=Domain.USER, kind=AliasKind.STEM, registered_at=timezone.now()
    )


@pytest.fixture
def sync_record(library: PayloadStore) -> SyncRecord:
    return SyncRecord.objects.create(
        recorded_at=timezone.now(),
        actor="command:sync_official",
        outcome=SyncRecord.Outcome.REFUSED,
        source="/srv/catalogue",
        source_version="dir:0123456789ab",
        counts={"added": 3, "removed": 0},
        reasons=["The folder on a certain host is empty."],
    )


@pytest.fixture
def api_token(ada: User) -> ApiToken:
    return issue_token(ada, ttl_seconds=60, now=timezone.now())[1]


@pytest.fixture
def olga(library: PayloadStore) -> Client:
    user = User.objects.create_user("olga")
    user.groups.add(Group.objects.get(name="Operators"))
    return signed_in(user)


@pytest.fixture
def catalogue(library: PayloadStore, command: Actor, guid: str, deleted_guid: str) -> None:
    """In addition to what waits and what is gone: one of each domain, written to their databases."""
    graph = b'{"nodes":[{"id":"a","data":{"label":"Ask Paul"}}],"edges":[]}'
    create(
        script("Flow", graph, type_name="workflow"), domain=Domain.COMMUNITY, permit=may_create(command), store=library
    )
    python = script("Python", b"import os\nprint(42)\n", type_name="python", metadata={"source_path": "py/x.json"})
    create(python, domain=Domain.OFFICIAL, permit=may_create(command), store=library)
    flush([Domain.OFFICIAL, Domain.COMMUNITY])
