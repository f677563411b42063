"""The star of a row."""

import pytest
from django.test import Client

from assemblies.models import AssemblySetting

LIST = "/admin/assemblies/assembly/"
STAR = f"{LIST}favourite/"


def favourites(client: Client) -> list[str]:
    return [row.guid for row in client.get(LIST, {"favourite": "true"}).context["rows"]]


def test_everybody_has_favourites_of_their_own(superuser: Client, signed_in_viewer: Client, guid: str) -> None:
    answer = signed_in_viewer.post(STAR, {"add": guid, "query": "q=hello&page=2"})
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}?q=hello&page=2")
    assert favourites(signed_in_viewer) == [guid]
    assert favourites(superuser) == []
    assert AssemblySetting.objects.get().key == "vera"
    signed_in_viewer.post(STAR, {"remove": guid})
    assert favourites(signed_in_viewer) == []


def test_with_a_script_the_answer_is_how_it_stands_now(superuser: Client, guid: str) -> None:
    for sent, stands in (({"add": guid}, True), ({"add": guid}, True), ({"remove": guid}, False)):
        assert superuser.post(STAR, sent, headers={"Accept": "application/json"}).json() == {"favourite": stands}
    assert superuser.post(STAR, {"remove": guid}, headers={"Accept": "application/json"}).status_code == 200


@pytest.mark.parametrize("sent", [{"add": "no such"}, {"remove": "no such"}, {}])
def test_what_is_not_there_is_nobody_s_favourite(superuser: Client, sent: dict[str, str]) -> None:
    assert superuser.post(STAR, sent).status_code == 404


def test_an_anonymous_visitor_and_a_plain_visit_get_nowhere(anonymous: Client, superuser: Client, guid: str) -> None:
    assert anonymous.post(STAR, {"add": guid}).status_code == 302
    assert superuser.get(STAR, {"add": guid}).status_code == 405
    assert not AssemblySetting.objects.exists()
