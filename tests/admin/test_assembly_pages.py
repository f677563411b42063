"""What the list of assemblies and the page of one say."""

from pathlib import Path

import pytest
from django.test import Client

from assemblies.actions.actor import Actor
from assemblies.actions.clone import clone
from assemblies.actions.create import create
from assemblies.actions.update import update
from assemblies.admin import assembly_page
from assemblies.documents import Attachment
from assemblies.domains import Domain
from assemblies.journal.flush import flush
from assemblies.models import Assembly
from assemblies.payloads import PayloadStore
from tests.documents_made import script

LIST = "/admin/assemblies/assembly/"
QUEUED = '<span class="pill pill-queued">Queued to Write to DB</span>'
DELETED = '<span class="pill pill-deleted">Deleted</span>'
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</pre><script>alert(1)</script>",
    "{{ 7|add:7 }}{% load x %}",
    "</textarea></title><b>bold</b>",
]


def page(client: Client, guid: str) -> str:
    answer = client.get(f"{LIST}{guid}/change/")
    assert answer.status_code == 200
    return answer.content.decode()


def listed(client: Client, **query: str) -> set[str]:
    answer = client.get(LIST, query)
    assert answer.status_code == 200
    return {row.display_name for row in answer.context["cl"].result_list}


def test_a_waiting_assembly_carries_a_pill_until_it_is_flushed(superuser: Client, guid: str) -> None:
    assert superuser.get(LIST).content.decode().count(QUEUED) == 1
    assert QUEUED in page(superuser, guid)
    flush()
    assert QUEUED not in superuser.get(LIST).content.decode()
    assert QUEUED not in page(superuser, guid)
    assert "Written to its database on " in page(superuser, guid)


def test_a_deleted_assembly_is_marked_and_still_has_its_page(superuser: Client, deleted_guid: str) -> None:
    assert DELETED in superuser.get(LIST).content.decode()
    flush()
    assert DELETED in page(superuser, deleted_guid)


def test_each_row_says_where_it_comes_from(superuser: Client, library: PayloadStore, command: Actor) -> None:
    for domain in Domain:
        create(script(f"Of {domain}"), domain=domain, actor=command, store=library)
    shown = superuser.get(LIST).content.decode()
    for wire_name, label in (("official", "Official"), ("community", "Community"), ("user", "User-Created")):
        assert f'<span class="badge badge-{wire_name}">{label}</span>' in shown


def test_filters_and_search_narrow_the_list(
    superuser: Client, library: PayloadStore, command: Actor, guid: str, deleted_guid: str
) -> None:
    graph = b'{"nodes":[],"edges":[]}'
    flow = script("Flow", graph, type_name="workflow", category="application")
    create(flow, domain=Domain.COMMUNITY, actor=command, store=library)
    create(script("Python", b"print(42)\n", type_name="python"), domain=Domain.OFFICIAL, actor=command, store=library)
    assert listed(superuser) == {"Say hello", "Gone", "Flow", "Python"}
    assert listed(superuser, domain__exact="community") == {"Flow"}
    assert listed(superuser, kind__exact="workflow") == {"Flow"}
    assert listed(superuser, assembly_type__exact="python") == {"Python"}
    assert listed(superuser, q="SOMEBODY") == {"Say hello"}
    assert listed(superuser, q="print(42)") == {"Python"}
    assert listed(superuser, state="live") == {"Say hello", "Flow", "Python"}
    assert listed(superuser, state="deleted") == {"Gone"}
    flush([Domain.OFFICIAL, Domain.COMMUNITY])
    assert listed(superuser, state="queued") == {"Say hello", "Gone"}
    flush()
    assert listed(superuser, state="queued") == set()


def test_a_page_shows_script_variables_files_and_revisions(superuser: Client, guid: str) -> None:
    shown = page(superuser, guid)
    for words in ("Say hello", "echo hello", "<code>who</code>", "Whom", "world", "list.csv", "text/csv", "greeting"):
        assert words in shown
    assert "greetings" in shown
    for sequence, what in ((1, "Created"), (2, "Updated")):
        assert f'<a href="/admin/assemblies/journalentry/{sequence}/change/">{sequence}</a>' in shown
        assert f"<td>{what}</td><td>olga</td>" in shown


def test_a_copy_names_what_it_was_cloned_from(
    superuser: Client, library: PayloadStore, operator: Actor, guid: str
) -> None:
    copy = clone(guid, domain=Domain.USER, actor=operator)
    assert f"{guid} (user, revision 2)" in page(superuser, copy.guid)


def test_an_assembly_without_variables_and_files_says_so(superuser: Client, deleted_guid: str) -> None:
    shown = page(superuser, deleted_guid)
    assert "It takes no variables." in shown
    assert "It has no files." in shown


def test_older_revisions_are_left_to_the_journal(
    superuser: Client, library: PayloadStore, operator: Actor, guid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Older revisions" not in page(superuser, guid)
    monkeypatch.setattr(assembly_page, "REVISIONS_SHOWN", 2)
    update(guid, {"summary": "Third"}, payload=None, actor=operator, store=library)
    shown = page(superuser, guid)
    assert "Older revisions are in the journal." in shown
    assert "/journalentry/1/" not in shown


def test_a_binary_payload_is_not_shown(superuser: Client, library: PayloadStore, operator: Actor) -> None:
    receipt = create(script("Binary", b"\xff\x00\xfe"), domain=Domain.USER, actor=operator, store=library)
    assert "The payload is binary." in page(superuser, receipt.guid)


def test_hidden_characters_are_pointed_out(superuser: Client, library: PayloadStore, operator: Actor) -> None:
    trojan = "echo safe\nif user != 'admin\u202e \u2066': exit\n".encode()
    receipt = create(script("Trojan", trojan), domain=Domain.USER, actor=operator, store=library)
    shown = page(superuser, receipt.guid)
    assert "reads differently" not in page(superuser, create_plain(library, operator))
    assert "Line 2, column 18: U+202E" in shown


def create_plain(library: PayloadStore, operator: Actor) -> str:
    return create(script("Plain"), domain=Domain.USER, actor=operator, store=library).guid


@pytest.mark.parametrize("fault", ["missing", "corrupt"])
def test_a_payload_that_is_not_intact_is_said_so_and_not_shown(
    superuser: Client, guid: str, tmp_path: Path, fault: str
) -> None:
    file = tmp_path / "Payloads" / Assembly.objects.get(guid=guid).payload_guid / "payload"
    file.chmod(0o600)
    file.unlink()
    if fault == "corrupt":
        file.write_bytes(b"echo HELLO\n")
    shown = page(superuser, guid)
    assert ("are missing" if fault == "missing" else "do not match") in shown
    assert "echo" not in shown
    assert str(tmp_path) not in shown


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_texts_are_escaped_everywhere(superuser: Client, library: PayloadStore, hostile: str) -> None:
    actor = Actor.of_command(hostile)
    document = script(
        f"Name {hostile}",
        f"echo '{hostile}'\n".encode(),
        summary=hostile,
        category=hostile,
        version=hostile,
        tags=[hostile],
        metadata={hostile: hostile},
        variables=[{"name": hostile, "label": hostile, "type": hostile, "default": hostile, "description": hostile}],
        files=[Attachment(file_name="a.txt", mime_type=hostile, data=b"x", extra={})],
    )
    guid = create(document, domain=Domain.USER, actor=actor, store=library).guid
    copied = clone(guid, domain=Domain.USER, actor=actor).guid
    pages = [LIST, f"{LIST}{guid}/change/", f"{LIST}{copied}/change/"]
    pages += [f"/admin/assemblies/journalentry/{rest}" for rest in ("", "1/change/")]
    pages += [f"/admin/devmode/auditentry/{rest}" for rest in ("", "1/change/")]
    shown = [superuser.get(path).content.decode() for path in pages]
    if hostile.startswith("{{"):
        assert hostile in shown[0]
    else:
        assert all(hostile not in text for text in shown)
        assert "&lt;" in shown[1]
