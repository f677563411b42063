"""Access: log in and out, Dev Mode and its grants, flush, the audit, health."""

from typing import Any

from django.test import Client

from tests.wire.chapters.items import ITEMS, ONE, SCRIPT
from tests.wire.conversation import Conversation, Speaker
from tests.wire.people import PASSWORD, SWITCH, account, anonymous, signed_in

LOGIN, LOGOUT, LOGOUT_ALL, AUDIT = "/api/auth/login", "/api/auth/logout", "/api/auth/logoutall", "/api/audit"
STATE, GRANTS, WRITE = (f"{ITEMS}/dev-mode{rest}" for rest in ("", "/grants", "/write"))
RIGHT = {"username": "viewer", "password": PASSWORD}


def hold(conversation: Conversation) -> None:
    nobody, viewer = anonymous(conversation), signed_in(conversation, "viewer")
    operator, administrator = signed_in(conversation, "operator"), signed_in(conversation, "administrator")
    _log_in(conversation, nobody)
    _switch(nobody, viewer, operator, administrator)
    conversation.pause(minutes=1)
    _grants(nobody, viewer, administrator)
    _browser(conversation)
    _write(nobody, operator, administrator)
    _audit(nobody, viewer, administrator)
    _health(nobody, viewer)
    conversation.pause(minutes=1)
    _throttles(nobody, administrator)


def _log_in(conversation: Conversation, nobody: Speaker) -> None:
    token = nobody.post(LOGIN, RIGHT).json()["token"]
    bodies: tuple[Any, ...] = (
        RIGHT | {"password": "wrong"}, {"username": "viewer"}, RIGHT | {"username": 1}, RIGHT | {"username": "x" * 151},
        RIGHT | {"password": ""}, RIGHT | {"remember": True}, [],
    )  # fmt: skip
    for body in bodies:
        nobody.post(LOGIN, body)
    viewer = conversation.speaker("viewer", token)
    viewer.get(STATE)
    viewer.post(f"{LOGOUT}/")
    viewer.get(STATE)
    nobody.post(LOGOUT)
    nobody.post(LOGOUT_ALL)
    other = conversation.speaker("viewer", nobody.post(f"{LOGIN}/", RIGHT).json()["token"])
    other.post(LOGOUT_ALL, {})
    other.get(STATE)
    nobody.get(LOGIN)


def _switch(nobody: Speaker, viewer: Speaker, operator: Speaker, administrator: Speaker) -> None:
    nobody.get(STATE)
    nobody.post(SWITCH, {"enabled": True})
    viewer.get(STATE)
    for speaker in (viewer, operator):
        speaker.post(SWITCH, {"enabled": True})
    administrator.get(f"{STATE}/")
    administrator.get(f"{STATE}?colour=red")
    bodies: tuple[Any, ...] = (
        [], {}, {"enabled": "yes"}, {"enabled": 1}, {"enabled": None}, {"enabled": True, "reason": 7},
        {"enabled": True, "reason": "x" * 501}, {"enabled": True, "minutes": 5}, {"enabled": True, "password": "wrong"},
    )  # fmt: skip
    for body in bodies:
        administrator.post(SWITCH, body)


def _grants(nobody: Speaker, viewer: Speaker, administrator: Speaker) -> None:
    for speaker in (nobody, viewer, administrator):
        speaker.get(GRANTS)
    grants = [_entered(administrator)]
    for speaker in (nobody, viewer):
        speaker.delete(f"{GRANTS}/{grants[0]}")
    administrator.delete(f"{GRANTS}/{grants[0]}/")
    administrator.delete(f"{GRANTS}/{grants[0]}")
    administrator.delete(f"{GRANTS}/x")
    administrator.get(f"{GRANTS}?limit=1")
    _entered(administrator)
    administrator.post(f"{SWITCH}/", {"enabled": False, "reason": "over"})
    administrator.get(STATE)


def _entered(administrator: Speaker) -> int:
    """Enter Dev Mode and return the number of the grant."""
    administrator.post(SWITCH, {"enabled": True, "reason": "to record"})
    return int(administrator.get(f"{GRANTS}/").json()["results"][0]["id"])


def _browser(conversation: Conversation) -> None:
    client = Client()
    client.force_login(account("administrator"))
    browser = conversation.browser("browser", client)
    browser.post(SWITCH, {"enabled": True, "reason": "from a browser", "password": PASSWORD})
    browser.get(STATE)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(account("viewer"))
    conversation.browser("forged", strict).post(LOGOUT)
    browser.post(LOGOUT)
    browser.get(STATE)


def _write(nobody: Speaker, operator: Speaker, administrator: Speaker) -> None:
    for speaker in (nobody, operator, administrator):
        speaker.post(WRITE, {})
    operator.post(ITEMS, SCRIPT | {"assembly_guid": ONE})
    administrator.post(SWITCH, {"enabled": True})
    bodies: list[Any] = [[], {"domain": "mine"}, {"domain": None}, {"domain": "community", "force": True}]
    for body in bodies:
        administrator.post(WRITE, body)
    administrator.post(WRITE, {"domain": "community"})
    administrator.post(f"{WRITE}/", {})


def _audit(nobody: Speaker, viewer: Speaker, administrator: Speaker) -> None:
    nobody.get(AUDIT)
    viewer.get(AUDIT)
    administrator.get(f"{AUDIT}/?limit=3")
    for query in (
        "limit=2&offset=2", "actor=viewer", "event=assembly.create", "outcome=denied&limit=2", "domain=user",
        f"assembly={ONE}", "since=2026-03-01T12:01:00Z&limit=1", "actor=nobody",
    ):  # fmt: skip
        administrator.get(f"{AUDIT}?{query}")
    for query in (
        "limit=0", "limit=1001", "limit=x", "offset=-1", "outcome=lost", "since=yesterday", "colour=red",
        f"actor={'x' * 151}",
    ):  # fmt: skip
        administrator.get(f"{AUDIT}?{query}")


def _health(nobody: Speaker, viewer: Speaker) -> None:
    nobody.get("/health")
    nobody.get("/health/")
    nobody.get("/health/ready")
    nobody.get("/health/nothing")
    viewer.get("/health?colour=red")


def _throttles(nobody: Speaker, administrator: Speaker) -> None:
    for _attempt in range(8):
        administrator.post(SWITCH, {"enabled": True, "password": "wrong"})
    for _attempt in range(11):
        nobody.post(LOGIN, RIGHT | {"password": "wrong"})
