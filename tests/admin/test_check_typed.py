"""What the checks say of a script that is being typed."""

import pytest
from django.test import Client
from django.urls import reverse

from assemblies.checking.subject import MAX_SHORT_CHARACTERS
from assemblies.models import JournalEntry
from tests.patience import at_most

GUTTER_SECONDS, TRIES = 0.15, 5


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
        {"assembly_type": "bash", "payload": "x" * (MAX_SHORT_CHARACTERS + 1)},
    ):
        assert signed_in_viewer.post(address, sent).status_code == 204


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("bash", 'if [ -n "$TARGET" ]; then ls -l "$TARGET" | sort; fi\n' * 10),
        ("python", "print(os.environ.get('TARGET', os.getcwd()))\n" * 200),
        ("powershell", "Get-Item $env:TARGET | Where-Object { $_.Length -gt 10 }\n" * 200),
    ],
)
def test_the_answer_comes_between_two_keys(signed_in_viewer: Client, language: str, lines: str) -> None:
    typed = {"assembly_type": language, "payload": lines}
    signed_in_viewer.post(reverse("admin:assembly_check"), typed)
    with at_most(GUTTER_SECONDS * TRIES):
        for _try in range(TRIES):
            assert signed_in_viewer.post(reverse("admin:assembly_check"), typed).status_code == 200
