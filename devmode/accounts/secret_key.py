"""Is this the secret key that the installation's tokens, sessions and stored credentials were made with?

A node with another one would answer 401 to every token, and lose the sessions that its neighbours began. What is kept
in `default` is a digest keyed with the secret key itself: it tells keys apart and gives none away.
"""

from collections.abc import Mapping

from django.contrib.sessions.models import Session
from django.db import DEFAULT_DB_ALIAS
from django.db import Error as AnyDatabaseError
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from devmode.actor import Actor
from devmode.audit import AuditFacts, record
from devmode.audit.events import AccessEvent
from devmode.models import ApiToken, DevModeGrant, Installation
from devmode.models.grant import EndReason
from devmode.sqlite_files import find_sqlite_file
from devmode.write_lock import write_transaction

# No module path: with another salt no node would start.
FINGERPRINT_SALT = "devmode.secret_key"


class SecretKeyDiffers(Exception):
    """This server's secret key is not the one that this library's tokens, sessions and stored credentials were made
    with. Every node needs the same one: set BOREALIS_SECRET_KEY, or put the earlier secret.key into the runtime root.
    If that key is lost, `prepare --adopt-secret-key` takes this one and ends every token, session and credential.
    """

    def __init__(self) -> None:
        super().__init__(" ".join(str(self.__doc__).split()))


def require_same_key() -> None:
    """Raise SecretKeyDiffers when `default` knows another key. A database that cannot be asked yet knows none."""
    if find_difference():
        raise SecretKeyDiffers


def find_difference() -> bool:
    """Say whether `default` knows another key; what is not there, or older than the question, knows none."""
    file = find_sqlite_file(DEFAULT_DB_ALIAS)
    # To open a file that is missing would make an empty one.
    if file is not None and not file.exists():
        return False
    try:
        known = Installation.objects.values_list("secret_key_fingerprint", flat=True).first()
    except AnyDatabaseError:
        return False
    return known is not None and known != "" and not constant_time_compare(known, fingerprint())


def keep_fingerprint() -> None:
    """Let a prepared database know the key, where it knows none. Raises SecretKeyDiffers."""
    if not Installation.current().secret_key_fingerprint:
        with write_transaction():
            Installation.objects.filter(secret_key_fingerprint="").update(secret_key_fingerprint=fingerprint())
    require_same_key()


def adopt_secret_key(actor: Actor, *, detail: Mapping[str, int]) -> bool:
    """Take the key as the installation's from now on, and end what was made with another one.

    `detail` are the numbers of what the caller ends in addition. Returns False, with nothing changed, where the key is
    known already. Raises AuditUnwritable, WriteLockTimeout.
    """
    if Installation.current().secret_key_fingerprint == fingerprint():
        return False
    now = timezone.now()
    with write_transaction():
        ended = {
            "grants": DevModeGrant.objects.end(EndReason.SECRET_KEY, by=actor.name, now=now),
            "tokens": ApiToken.objects.all().delete()[0],
            "sessions": Session.objects.all().delete()[0],
        }
        Installation.objects.update(secret_key_fingerprint=fingerprint())
        record(AuditFacts(actor=actor, event=AccessEvent.ADOPT_SECRET_KEY, detail={**ended, **detail}), now=now)
    return True


def fingerprint() -> str:
    return salted_hmac(FINGERPRINT_SALT, "fingerprint", algorithm="sha256").hexdigest()
