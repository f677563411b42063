"""The German texts: whole, with every placeholder, compiled as they stand, and of the texts that the pages have now."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.contrib.auth.models import User
from django.test import Client

from assemblies.actions.create import create
from assemblies.domains import Domain
from assemblies.errors import LibraryError
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_create

PROJECT = Path(__file__).resolve().parents[2]
FOLDER = Path("borealis_assemblies/locale/de/LC_MESSAGES")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]")
ROOMS = ("assemblies", "borealis_assemblies", "devmode", "templates", "manage.py", "Makefile")


def texts() -> polib.POFile:
    return polib.pofile(str(PROJECT / FOLDER / "django.po"))


def test_every_text_is_translated_with_its_placeholders() -> None:
    for entry in texts():
        said = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        assert all(said), entry.msgid
        assert not entry.fuzzy, entry.msgid
        for number, text in enumerate(said):
            english = entry.msgid_plural if number else entry.msgid
            assert set(PLACEHOLDER.findall(text)) <= set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural)), text
            missing = set(PLACEHOLDER.findall(english)) - set(PLACEHOLDER.findall(text))
            assert not missing or (entry.msgid_plural and not number), text


def test_what_is_compiled_is_what_is_written() -> None:
    compiled = {(entry.msgctxt, entry.msgid): entry for entry in polib.mofile(str(PROJECT / FOLDER / "django.mo"))}
    written = {(entry.msgctxt, entry.msgid): entry for entry in texts()}
    assert compiled.keys() == written.keys(), "run make messages"
    for key, entry in written.items():
        assert (compiled[key].msgstr, compiled[key].msgstr_plural) == (entry.msgstr, entry.msgstr_plural), key


@pytest.mark.engine
def test_no_text_of_the_pages_is_left_out(tmp_path: Path) -> None:
    if shutil.which("xgettext") is None:
        pytest.skip("there is no gettext on this machine")
    for room in ROOMS:
        copied = shutil.copytree if (PROJECT / room).is_dir() else shutil.copy
        copied(PROJECT / room, tmp_path / room)
    gather = "makemessages --locale de --no-wrap --ignore assemblies/official/bundled/*".split()
    subprocess.run(
        [sys.executable, "manage.py", *gather],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        env={"PATH": "/usr/bin:/bin"},
    )
    now = {entry.msgid for entry in polib.pofile(str(tmp_path / FOLDER / "django.po")) if not entry.obsolete}
    assert now == {entry.msgid for entry in texts() if not entry.obsolete}, "run make messages, then translate"


def test_a_browser_that_prefers_german_gets_german(library: PayloadStore) -> None:
    client = Client(headers={"Accept-Language": "de"})
    client.force_login(User.objects.create_user("vera"))
    page = client.get("/admin/assemblies/assembly/").content.decode()
    assert '<html lang="de"' in page
    assert "Bibliothek" in page
    assert "Library" not in page


def test_what_errors_say_is_translated() -> None:
    kinds: list[type[LibraryError]] = [LibraryError, *kinds_of(LibraryError)]
    said = {kind.default_message for kind in kinds}
    assert len(said) == len(kinds), "each says something of its own"
    assert said - {entry.msgid for entry in texts()} == set()


def test_a_refusal_speaks_the_language_of_the_page_and_the_api_english(library: PayloadStore, command: Actor) -> None:
    guid = create(script(), domain=Domain.COMMUNITY, permit=may_create(command), store=library).guid
    user = User.objects.create_superuser("ada")
    client = Client(headers={"Accept-Language": "de"})
    client.force_login(user)
    page = client.post(f"/admin/assemblies/assembly/{guid}/delete/", {"revision": 1})
    assert (page.status_code, "schreibgeschützt" in page.content.decode()) == (403, True)
    answer = client.delete(f"/api/assemblies/{guid}")
    assert "read-only" in answer.json()["message"]


def kinds_of(kind: type[LibraryError]) -> Iterator[type[LibraryError]]:
    for one in kind.__subclasses__():
        if one.__module__ == LibraryError.__module__:
            yield from (one, *kinds_of(one))
