"""Default timeouts as a page: read back, checked, audited, and used by the next run."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from assemblies.domains import AssemblyType
from assemblies.execution.pinning import default_timeout
from assemblies.payloads import PayloadStore
from devmode.models import AuditEntry
from tests.admin.conftest import signed_in

PAGE = "/admin/runs/defaults/"


def seconds_of(*types: AssemblyType) -> list[int]:
    return [default_timeout(one, None) for one in types]


def test_what_is_set_is_used_by_the_next_run_and_audited(superuser: Client, library: PayloadStore) -> None:
    assert seconds_of(AssemblyType.BASH, AssemblyType.PYTHON) == [300, 300]
    answer = superuser.post(PAGE, {"Bash": "60", "*": "900"})
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    assert seconds_of(AssemblyType.BASH, AssemblyType.PYTHON) == [60, 900]
    page = superuser.get(PAGE).content.decode()
    assert 'value="60"' in page and 'placeholder="900"' in page
    superuser.post(PAGE, {"Bash": "60", "*": "900"})
    superuser.post(PAGE, {"Bash": "", "*": "900"})
    assert seconds_of(AssemblyType.BASH) == [900]
    entries = AuditEntry.objects.filter(event="run.defaults", outcome="success").order_by("sequence")
    assert [entry.read_detail()["after"] for entry in entries] == [{"Bash": 60, "*": 900}, {"*": 900}]


@pytest.mark.parametrize("seconds", ["0", "-1", "x", "1.5", "604801"])
def test_what_is_no_time_is_refused_at_its_field(superuser: Client, library: PayloadStore, seconds: str) -> None:
    answer = superuser.post(PAGE, {"Bash": seconds, "*": "900"})
    assert (answer.status_code, "errorlist" in answer.content.decode()) == (400, True)
    assert seconds_of(AssemblyType.BASH, AssemblyType.PYTHON) == [300, 300]


def test_operators_neither_see_nor_set_it(library: PayloadStore) -> None:
    user = User.objects.create_user("omar", is_staff=True)
    user.groups.add(Group.objects.get(name="Operators"))
    client = signed_in(user)
    assert client.get(PAGE).status_code == client.post(PAGE, {"Bash": "1"}).status_code == 403
    assert AuditEntry.objects.filter(event="run.defaults", outcome="denied").count() == 1
