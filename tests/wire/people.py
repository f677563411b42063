"""Who speaks: accounts with a token each, as tests of one conversation need them."""

from django.contrib.auth.models import Group, User
from django.utils import timezone

from devmode.accounts.tokens import issue_token
from tests.wire.conversation import Conversation, Speaker

PASSWORD = "correct horse battery staple"
GROUPS = {"viewer": "", "operator": "Operators", "administrator": "Administrators", "granted": "Administrators"}
SWITCH = "/api/assemblies/dev-mode/switch"


def account(name: str) -> User:
    user, made = User.objects.get_or_create(username=name)
    if made:
        user.set_password(PASSWORD)
        user.save()
        user.groups.set(Group.objects.filter(name=GROUPS.get(name, "")))
    return user


def signed_in(conversation: Conversation, name: str) -> Speaker:
    """Return an account's program; the one called `granted` is in Dev Mode."""
    token, _record = issue_token(account(name), ttl_seconds=36000, now=timezone.now())
    speaker = conversation.speaker(name, token)
    if name == "granted":
        speaker.post(SWITCH, {"enabled": True, "reason": "to record"})
    return speaker


def anonymous(conversation: Conversation) -> Speaker:
    return conversation.speaker("anonymous")
