"""The live grants over REST: seen by administrators, and revoked by them."""

import pytest
from django.contrib.auth.models import User

from devmode.models import AuditEntry, DevModeGrant
from tests.api.conftest import Api, assert_refused
from tests.devmode.conftest import GRANTS, browser_of, changed, entered, in_dev_mode


def test_administrators_see_who_is_in(api: Api, eve: User) -> None:
    entered(api)
    entered(browser_of(eve))
    body = api.get(GRANTS).json()
    assert [(one["user"], one["is_own"], one["reason"]) for one in body["results"]] == [
        ("eve", False, "repair"),
        ("ada", True, "repair"),
    ]
    assert body["count"] == 2
    assert body["results"][0].keys() == set(
        "id user is_own reason remote_address issued_at last_used_at expires_at absolute_expires_at".split()
    )


def test_another_administrator_revokes(api: Api, eve: User, official: str) -> None:
    entered(api)
    number = DevModeGrant.objects.get().pk
    boss = browser_of(eve)
    answer = boss.delete(f"{GRANTS}/{number}/")
    assert (answer.status_code, answer.content) == (204, b"")
    assert not in_dev_mode(api)
    assert_refused(changed(api, official), 403, "dev_mode_required")
    entry = AuditEntry.objects.get(event="devmode.revoke")
    assert (entry.actor, entry.outcome, entry.detail) == ("eve", "success", f'{{"grant": {number}, "holder": "ada"}}')
    assert DevModeGrant.objects.get().ended_by == "eve"
    assert_refused(boss.delete(f"{GRANTS}/{number}"), 404, "not_found")


@pytest.mark.parametrize("number", ["0", "999", "9" * 30])
def test_there_is_no_such_grant_to_revoke(api: Api, number: str) -> None:
    assert_refused(api.delete(f"{GRANTS}/{number}"), 404, "not_found")
