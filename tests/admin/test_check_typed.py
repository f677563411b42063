"""What the checks say of a script that is being typed."""

from time import monotonic

from django.test import Client
from django.urls import reverse

from assemblies.admin.item.checks import MAX_CHARACTERS
from assemblies.models import JournalEntry


def test_findings_of_what_was_typed_come_with_its_variables(signed_in_viewer: Client) -> None:
    address = reverse("admin:assembly_check")
    typed = {"assembly_type": "bash", "payload": '#!/bin/bash\necho "$TARGET" "$WHO"\n', "variable": ["who"]}

    found = signed_in_viewer.post(address, typed).json()["findings"]

    assert [(one["rule"], one["line"]) for one in found] == [("undeclared-variable", 2)]
    assert signed_in_viewer.get(address).status_code == 405
    assert not JournalEntry.objects.exists()


def test_what_is_no_script_or_long_has_no_answer(signed_in_viewer: Client) -> None:
    address = reverse("admin:assembly_check")
    for sent in (
        {"assembly_type": "workflow", "payload": "{}"},
        {"assembly_type": "cobol", "payload": "x"},
        {"assembly_type": "bash", "payload": "x" * (MAX_CHARACTERS + 1)},
    ):
        assert signed_in_viewer.post(address, sent).status_code == 204


def test_the_answer_comes_between_two_keys(signed_in_viewer: Client) -> None:
    typed = {"assembly_type": "python", "payload": "import os\n" * 100}
    signed_in_viewer.post(reverse("admin:assembly_check"), typed)
    took = []
    for _try in range(5):
        started = monotonic()
        signed_in_viewer.post(reverse("admin:assembly_check"), typed)
        took.append(monotonic() - started)

    # Ten times what it takes on a quiet machine: others may be busy on this one.
    assert min(took) < 0.5
