"""The upstream head and the token for its hosting API, with a hosting API that cannot be reached."""

from pathlib import Path
from tempfile import TemporaryDirectory

from django.test import override_settings

from tests.wire.conversation import Conversation
from tests.wire.people import anonymous, signed_in

HEAD, TOKEN = "/api/repo/current_hash", "/api/github/token"


def hold(conversation: Conversation) -> None:
    with (
        TemporaryDirectory() as folder,
        override_settings(REPO="acme/scripts", GITHUB_API="http://127.0.0.1:9", CACHE_DIR=Path(folder)),
    ):
        _speak(conversation)


def _speak(conversation: Conversation) -> None:
    nobody, viewer = anonymous(conversation), signed_in(conversation, "viewer")
    administrator = signed_in(conversation, "administrator")
    for speaker in (nobody, viewer, administrator):
        speaker.get(HEAD)
        speaker.get(f"{HEAD}?repo=other/one&refresh=true")
        speaker.get(TOKEN)
        speaker.post(TOKEN, {"token": "ghp_0123456789abcdef"})
    for query in ("?repo=one", "?branch=..", "?ttl=soon", "?colour=red"):
        administrator.get(f"{HEAD}{query}")
    for body in ({}, {"token": "short"}, {"token": 7}, {"token": ""}):
        administrator.post(TOKEN, body)
