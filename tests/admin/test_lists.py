"""What Django's own lists say here: whom they are about by name, and headings that read well."""

from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from assemblies.models import AliasKind, AssemblyAlias
from devmode.models import ApiToken


def text_of(client: Client, name: str) -> str:
    answer = client.get(f"/admin/{name}/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_row_names_its_assembly_and_leads_there(superuser: Client, guid: str, annotated: None) -> None:
    link = f'<a href="/admin/assemblies/assembly/{guid}/change/"><bdi>Say hello</bdi></a>'
    lists = "journalentry assemblysetting assemblysettinghistory assemblynote assemblyalias"
    for name in lists.split():
        assert link in text_of(superuser, f"assemblies/{name}")
    assert link in text_of(superuser, "assemblies/journalentry/1/change")


def test_an_assembly_that_nobody_knows_is_named_by_its_guid(superuser: Client) -> None:
    AssemblyAlias.objects.create(
        alias="lost", canonical_guid="f" * 32, domain="user", kind=AliasKind.STEM, registered_at=timezone.now()
    )
    assert f'<td class="field-about">{"f" * 32}</td>' in text_of(superuser, "assemblies/assemblyalias")


def test_a_list_is_headed_by_what_it_holds(superuser: Client, ada: User, api_token: ApiToken) -> None:
    page = text_of(superuser, "devmode/apitoken")
    assert "<h1>API tokens</h1>" in page
    assert "<summary>Made by a command</summary>" in page
    assert "By made" not in page
    assert '<label for="searchbar">' in page


def test_a_search_says_how_many_it_found(superuser: Client, guid: str) -> None:
    answer = superuser.get("/admin/assemblies/journalentry/", {"q": "olga", "operation__exact": "create"})
    page = answer.content.decode()
    assert "1 result" in page
    assert "all 2" in page
    assert '<input type="hidden" name="operation__exact" value="create">' in page
