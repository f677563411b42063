"""A name, tag or file name that turns text round is drawn with the code of the character that does so, on each page."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from assemblies.actions.clone import clone
from assemblies.actions.create import create
from assemblies.actions.update import update
from assemblies.documents import Attachment
from assemblies.domains import Domain
from assemblies.models import JournalEntry
from assemblies.payloads import PayloadStore
from assemblies.templatetags.visible import visible
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_clone, may_create, may_update

TURNED = "Report \u202excod.exe"
# What is sent back with a form, or read by a script, is what was stored.
SENT_BACK = re.compile(
    r"<textarea[^>]*>.*?</textarea>|\s(?:value|href|data-[\w-]+)=\"[^\"]*\"|<pre.*?</pre>", re.DOTALL
)
PAGES = (
    "", "assemblies/assembly/", "assemblies/assembly/?q=report", "assemblies/assembly/{guid}/change/", "queue/",
    "assemblies/assembly/{guid}/copy/", "assemblies/assembly/{guid}/delete/", "assemblies/assembly/{guid}/diff/",
    "assemblies/assembly/{copy}/change/", "assemblies/journalentry/", "queue/{guid}/discard/",
    "assemblies/assembly/{guid}/history/",
)  # fmt: skip


@pytest.fixture
def guids(library: PayloadStore, operator: Actor) -> dict[str, str]:
    fields: dict[str, Any] = {"name": TURNED, "summary": TURNED, "category": TURNED[:40], "tags": [TURNED]}
    # Documents of earlier releases and other tools may have such a file name; uploads are refused.
    attachment = Attachment(file_name="cod\u202etxt.exe", mime_type="text/plain", data=b"a", extra={})
    document = script(**fields, files=[attachment])
    guid = create(document, domain=Domain.USER, permit=may_create(operator), store=library).guid
    update(guid, {"summary": f"{TURNED}!"}, permit=may_update(operator), store=library)
    return {"guid": guid, "copy": clone(guid, domain=Domain.USER, permit=may_clone(operator)).guid}


@pytest.mark.parametrize("page", PAGES)
def test_no_page_lets_a_name_turn_the_line_round(
    superuser: Client, ada: User, guids: dict[str, str], page: str
) -> None:
    answer = superuser.get(f"/admin/{page.format(**guids)}", follow=True)
    assert answer.status_code == 200
    shown = SENT_BACK.sub("", answer.content.decode())
    assert [line.strip()[:300] for line in shown.splitlines() if "\u202e" in line] == []
    assert "U+202E" in shown


def test_the_page_of_an_earlier_revision_and_of_a_journal_entry(superuser: Client, guids: dict[str, str]) -> None:
    for entry in JournalEntry.objects.all():
        page = superuser.get(f"/admin/assemblies/journalentry/{entry.pk}/change/").content.decode()
        assert "\u202e" not in SENT_BACK.sub("", page)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Uptime", "Uptime"),
        ("a\u202eb", "aU+202Eb"),
        ("a\x07b", "a\u2407b"),
        ("a\n\tb\u00a0c", "a\n\tb\u00a0c"),
        (3, 3),
        (None, None),
    ],
)
def test_other_text_stays_as_it_is(value: object, shown: object) -> None:
    assert visible(value) == shown
