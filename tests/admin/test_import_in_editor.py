"""One previewed document as the form of a new assembly."""

from django.test import Client

from assemblies.catalogue import library_catalogue
from assemblies.models import Assembly
from assemblies.payloads import PayloadStore
from tests.admin.import_page import Sent, document
from tests.admin.item_form import fields_of


def test_a_previewed_document_fills_the_form_of_a_new_assembly_and_stores_nothing(
    olga: Client, library: PayloadStore
) -> None:
    variables = [
        {"name": "DAYS", "label": "Days", "type": "number", "default": 7, "required": True, "description": ""},
        {"name": "MODE", "label": "", "type": "select", "default": "a", "required": False, "choices": ["a", "b"]},
    ]
    sent = Sent(olga, ("a.json", document("Other")), ("b.json", document("Mine", variables=variables, owner="kim")))
    sent.open(2)
    assert not Assembly.objects.exists()
    fields = fields_of(sent.answer)
    assert (fields["display_name"], fields["payload"]) == ("Mine", "echo hello\r\n")
    assert "fields that the form does not know" in sent.text
    answer = olga.post("/admin/assemblies/assembly/add/?kind=script", fields)
    assert answer.status_code == 302
    (entry,) = library_catalogue().current().entries.values()
    content = entry.content
    assert [one["name"] for one in content.variables] == ["DAYS", "MODE"]
    assert content.variables[0]["required"]
    assert library.read(content.payload) == b"echo hello\n"


def test_what_says_how_a_script_runs_is_in_the_form_and_no_unknown_field(olga: Client) -> None:
    how = {"operating_systems": ["linux", "macos"], "minimum_version": "5.1"}
    sent = Sent(olga, ("a.json", document("Mine", **how))).open(1)
    assert "fields that the form does not know" not in sent.text
    answer = olga.post("/admin/assemblies/assembly/add/?kind=script", fields_of(sent.answer))
    assert answer.status_code == 302
    (entry,) = library_catalogue().current().entries.values()
    assert entry.content.extra == how


def test_a_number_that_names_no_document_is_a_preview(olga: Client) -> None:
    sent = Sent(olga, ("a.json", document("Mine"))).open(9)
    assert len(sent.rows) == 1
