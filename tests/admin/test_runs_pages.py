"""Runs as pages: the form, the list, one run, and what it printed."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from assemblies.actions.create import create
from assemblies.actions.settings import set_setting
from assemblies.admin.runs.output import rendered
from assemblies.domains import Domain
from assemblies.execution.graph import AssemblyNode
from assemblies.execution.models import Manifest, Run, RunOutput, WorkItem
from assemblies.execution.states import EventType
from assemblies.execution.subject import subject_of_assembly, subject_of_draft
from assemblies.execution.submission import RunOptions, submit
from assemblies.models import SettingCategory
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.documents_made import script
from tests.execution.orders import carry_out
from tests.permits import may_create, may_run, may_set

NAMED = "<bdi>Say</bdi>"
FETCHED = {"X-Requested-With": "fetch"}
VARIABLES: list[dict[str, Any]] = [
    {"name": "WORD", "type": "string", "label": "A word", "description": "What to say", "default": "hello"},
    {"name": "COUNT", "type": "number", "required": True},
    {"name": "LOUD", "type": "boolean"},
    {"name": "COLOUR", "type": "select", "options": ["red", "blue"], "default": "blue"},
    {"name": "PASSWORD", "type": "password", "default": "hush"},
]
FILLED = {"variable-WORD": "hi", "variable-COUNT": "3", "variable-LOUD": "true", "variable-COLOUR": "red"}


@pytest.fixture(autouse=True)
def _as_another_account(settings: Settings) -> None:
    settings.LOCAL_WORKER, settings.WORKER_USER = "on", "nobody"


@pytest.fixture
def item(library: PayloadStore, command: Actor) -> str:
    document = script("Say", variables=VARIABLES)
    return create(document, domain=Domain.USER, permit=may_create(command), store=library).guid


@pytest.fixture
def run(library: PayloadStore, command: Actor) -> Run:
    subject = subject_of_draft("bash", "true", [], max_bytes=100)
    return submit(subject, RunOptions(reason="between us"), permit=may_run(command), run_id=str(uuid4()))


def form_of(guid: str) -> str:
    return f"/admin/assemblies/assembly/{guid}/run/"


def page_of(run: Run, rest: str = "") -> str:
    return f"/admin/runs/{run.run_id}/{rest}"


def test_the_form_has_a_field_for_each_variable_and_what_it_was_last_given(superuser: Client, item: str) -> None:
    page = superuser.get(form_of(item)).content.decode()
    for words in ("A word", "What to say", 'type="checkbox"', '<option value="blue" selected>', 'type="password"'):
        assert words in page
    assert "hush" not in page
    answer = superuser.post(form_of(item), FILLED | {"revision": "1", "reason": "to see"})
    run = Run.objects.get()
    assert (answer.status_code, answer["Location"], run.reason) == (302, page_of(run), "to see")
    values = {one["name"]: one["value"] for one in WorkItem.objects.get().settings["variables"]}
    assert values == {"WORD": "hi", "COUNT": "3", "LOUD": True, "COLOUR": "red", "PASSWORD": "[secret]"}
    again = superuser.get(form_of(item)).content.decode()
    assert '<option value="red" selected>' in again
    assert 'value="3"' in again


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"variable-COUNT": ""}, "A value is required."),
        ({"variable-COUNT": "many"}, "This must be a number."),
        ({"variable-COLOUR": "green"}, "Choose one of: red, blue."),
        ({"timeout_seconds": "-1"}, "This must be a number of seconds, at most a week."),
    ],
)
def test_what_does_not_fit_is_said_at_its_field_and_nothing_typed_is_lost(
    superuser: Client, item: str, sent: dict[str, str], words: str
) -> None:
    answer = superuser.post(form_of(item), FILLED | {"revision": "1", "reason": "to see"} | sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"<li>{words}</li>" in page
    assert 'aria-invalid="true"' in page or "variable-COLOUR" in sent
    assert 'value="to see"' in page
    assert Run.objects.count() == 0


def test_another_revision_than_the_one_that_was_looked_at_is_not_run(superuser: Client, item: str) -> None:
    answer = superuser.post(form_of(item), FILLED | {"revision": "7"})
    assert answer.status_code == 422
    assert "It was changed meanwhile" in answer.content.decode()
    assert Run.objects.count() == 0


def test_who_may_not_run_is_not_offered_it_and_an_administrator_is_told_of_dev_mode(
    superuser: Client, signed_in_viewer: Client, item: str, settings: Settings
) -> None:
    change = f"/admin/assemblies/assembly/{item}/change/"
    assert 'id="run"' in superuser.get(change).content.decode()
    assert 'id="run"' not in signed_in_viewer.get(change).content.decode()
    assert signed_in_viewer.post(form_of(item), FILLED).status_code == 403
    settings.WORKER_USER = ""
    refused = superuser.get(form_of(item))
    assert refused.status_code == 403
    assert f"/admin/dev-mode/?next={form_of(item)}" in refused.content.decode()
    assert AuditEntry.objects.filter(event="run.submit").count() == 1


def test_a_run_keeps_itself_current(superuser: Client, run: Run) -> None:
    first = superuser.get(page_of(run), headers=FETCHED)
    assert 'data-live="1"' in first.content.decode()
    assert superuser.get(page_of(run), headers=FETCHED | {"If-None-Match": first["ETag"]}).status_code == 304
    weakened = f"W/{first['ETag'].removeprefix('W/')}"
    assert superuser.get(page_of(run), headers=FETCHED | {"If-None-Match": weakened}).status_code == 304
    carry_out(b"one\n", is_over=False)
    part = superuser.get(page_of(run, "output/?since=0"))
    assert (part.content, part["X-Output-Complete"]) == (b'<span class="output-stdout">one\n</span>', "0")
    last = superuser.get(page_of(run, f"output/?since={part['X-Output-Next']}"))
    assert (last.content, last["X-Output-Next"]) == (b"", part["X-Output-Next"])
    changed = superuser.get(page_of(run), headers=FETCHED | {"If-None-Match": first["ETag"]})
    assert (changed.status_code, "Running" in changed.content.decode()) == (200, True)


def test_the_page_says_what_came_of_it(superuser: Client, run: Run) -> None:
    carry_out(b"<b>\x1b[31mred\x1b[0m \xe2\x80\xae\x07", event=EventType.FAILED, error="It failed.")
    page = superuser.get(page_of(run)).content.decode()
    manifest = Manifest.objects.get()
    for words in ("It failed.", "between us", manifest.hash, manifest.sealed_hash, 'data-complete="1"'):
        assert words in page
    assert '&lt;b&gt;<span class="ansi-1">red</span>' in page
    assert "U+202E" in page
    assert "\u202e" not in page


def test_viewers_learn_that_it_happened_and_nothing_that_was_said(signed_in_viewer: Client, run: Run) -> None:
    carry_out(b"between us\n", event=EventType.FAILED, error="It failed.")
    for path in ("/admin/runs/", page_of(run)):
        answer = signed_in_viewer.get(path)
        assert (answer.status_code, "between us" in answer.content.decode()) == (200, False)
        assert "It failed." not in answer.content.decode()
    assert signed_in_viewer.get(page_of(run, "output/")).status_code == 404
    assert signed_in_viewer.post(page_of(run, "cancel/")).status_code == 403
    assert signed_in_viewer.post(page_of(run, "again/")).status_code == 403


def test_cancel_and_run_again(superuser: Client, run: Run) -> None:
    superuser.post(page_of(run, "cancel/"))
    assert Run.objects.get(run_id=run.run_id).status == "Canceled"
    answer = superuser.post(page_of(run, "again/"))
    again = Run.objects.exclude(run_id=run.run_id).get()
    assert (answer["Location"], again.rerun_of) == (page_of(again), run.run_id)


def test_the_list_is_filtered_by_status_and_assembly(superuser: Client, run: Run, item: str) -> None:
    superuser.post(form_of(item), FILLED | {"revision": "1"})
    superuser.post(page_of(run, "cancel/"))
    page = superuser.get("/admin/runs/").content.decode()
    assert page.count("run_page") == 0
    assert page.count('href="/admin/runs/') >= 2
    canceled = superuser.get("/admin/runs/?status=Canceled").content.decode()
    assert (page_of(run) in canceled, NAMED in canceled) == (True, False)
    of_item = superuser.get(f"/admin/runs/?assembly={item}").content.decode()
    assert (page_of(run) in of_item, NAMED in of_item) == (False, True)


def test_an_empty_list_says_how_to_begin(superuser: Client) -> None:
    assert "Nothing was run yet" in superuser.get("/admin/runs/").content.decode()


@pytest.mark.parametrize("path", ["", "output/", "output/?since=x"])
def test_what_is_not_there_is_404(superuser: Client, ada: User, path: str) -> None:
    assert superuser.get(f"/admin/runs/nothing/{path}").status_code == 404


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a\x1b[1;32mb\x1b[39mc\x1b[0md", 'a<span class="ansi-bold ansi-2">b</span><span class="ansi-bold">c</span>d'),
        ("\x1b[95mx", '<span class="ansi-5 ansi-bold">x</span>'),
        ("\x1b]0;title\x07x", None),
        ("\x1b[2J\x1b[999;1H", None),
        ("<script>", "&lt;script&gt;"),
        ("a\r\nb", "a\nb"),
    ],
)
def test_colours_are_shown_and_nothing_else_is_obeyed(text: str, html: str | None) -> None:
    shown = rendered([RunOutput(stream="stdout", content=text.encode())])
    assert "\x1b" not in shown
    assert html is None or shown == f'<span class="output-stdout">{html}</span>'


def test_the_page_of_an_assembly_lists_its_latest_runs(
    superuser: Client, signed_in_viewer: Client, item: str, run: Run
) -> None:
    change = f"/admin/assemblies/assembly/{item}/change/"
    assert "It was not run yet." in superuser.get(change).content.decode()
    superuser.post(page_of(run, "cancel/"))
    superuser.post(form_of(item), FILLED | {"revision": "1"})
    carry_out(event=EventType.FAILED, error="It failed.")
    own = Run.objects.get(assembly_guid=item)
    page = superuser.get(change).content.decode()
    assert 'Runs <span class="count">1</span>' in page
    for words in (page_of(own), "Failed", "It failed.", "ada", "This server"):
        assert words in page
    assert page_of(run) not in page
    told = signed_in_viewer.get(change).content.decode()
    assert (page_of(own) in told, "It failed." in told, form_of(item) in told) == (True, False, False)


def test_of_many_runs_the_page_of_an_assembly_lists_ten_and_leads_to_the_rest(superuser: Client, item: str) -> None:
    for _number in range(11):
        superuser.post(form_of(item), FILLED | {"revision": "1"})
    page = superuser.get(f"/admin/assemblies/assembly/{item}/change/").content.decode()
    listed, in_the_side_panel, led_to_all, in_navigation = 10, 3, 1, 2
    assert page.count('href="/admin/runs/') == listed + in_the_side_panel + led_to_all + in_navigation
    assert f'<a href="/admin/runs/?assembly={item}">All 11 runs</a>' in page


def test_a_canceled_run_is_no_error(superuser: Client, run: Run) -> None:
    carry_out(event=EventType.CANCELED, error="canceled")
    for path in ("/admin/runs/", page_of(run)):
        page = superuser.get(path).content.decode()
        assert ("Canceled" in page, "<bdi>canceled</bdi>" in page, "notice-error" in page) == (True, False, False)


def test_a_workflow_shows_its_nodes_their_states_and_whose_output_is_whose(
    superuser: Client, library: PayloadStore, command: Actor
) -> None:
    names = ("ask", "tell")
    steps = [AssemblyNode(node_id=name, label=name, node_hash=name, assembly_guid="") for name in names]
    said = create(script("Say"), domain=Domain.USER, permit=may_create(command), store=library).guid
    subject = subject_of_assembly(said, None, store=library)
    graph = subject_of_draft("workflow", '{"nodes": [], "edges": []}', [], max_bytes=100)
    chain = replace(graph, nodes=[(node, subject) for node in steps])
    run = submit(chain, RunOptions(), permit=may_run(command), run_id=str(uuid4()))
    page = superuser.get(page_of(run)).content.decode()
    assert page.count('<span class="pill pill-queued">Queued</span></td>') == 2

    labels = {"wi-1": "ask", "wi-2": "tell"}
    chunks = [RunOutput(work_item_hash=name, stream="stdout", content=b"x") for name in ("wi-1", "wi-2", "wi-2")]
    assert rendered(chunks, labels, last="wi-1").count("— tell —") == 1
    assert "— ask —" not in rendered(chunks, labels, last="wi-1")


def test_the_form_of_a_deprecated_one_warns_and_names_what_replaced_it(
    superuser: Client, item: str, library: PayloadStore, command: Actor
) -> None:
    better = create(script("Better"), domain=Domain.USER, permit=may_create(command), store=library).guid
    set_setting(item, SettingCategory.DEPRECATED, "reason", "Too slow", permit=may_set(command))
    set_setting(item, SettingCategory.REPLACED_BY, "assembly", better, permit=may_set(command))
    shown = superuser.get(form_of(item)).content.decode()
    assert "It is deprecated." in shown
    assert "Too slow" in shown
    assert f"/admin/assemblies/assembly/{better}/change/" in shown
    assert "It is deprecated." not in superuser.get(form_of(better)).content.decode()
