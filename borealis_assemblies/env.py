"""The only reader of the environment: strict readers for the `BOREALIS_*` names.

A value that cannot be read stops the start with the name, the value's problem and what would be accepted; a name
nobody knows is warned about, since it is most often a misspelt one.
"""

import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

MINIMUM_SECRET_CHARACTERS = 50
KNOWN_NAMES = frozenset(
    f"BOREALIS_{name}"
    for name in (
        "ROOT RUNTIME_ROOT STAGING_ROOT OFFICIAL_SOURCE OFFICIAL_REF DATABASE_URL DATABASE_PATH OFFICIAL_DATABASE_URL "
        "COMMUNITY_DATABASE_URL USER_CREATED_DATABASE_URL PAYLOAD_STORAGE_URL FLUSH_INTERVAL_SECONDS "
        "DEV_MODE_TTL_SECONDS DEV_MODE_MAX_SECONDS RECENT_LOGIN_SECONDS MAX_DOCUMENT_BYTES MAX_ATTACHMENT_BYTES "
        "ENGINE_AUTO_MIGRATE HOST PORT SECRET_KEY FLASK_SECRET_KEY CORS_ALLOWED_ORIGINS PUBLIC_URL "
        "OFFICIAL_MAX_AGE_DAYS OFFICIAL_SIGNING_KEYS TEST_DATABASE_URL TEST_REDIS_URL TEST_CORPUS REQUIRE_ENGINES "
        "ALLOWED_HOSTS TRUSTED_PROXIES STATIC_ROOT DEBUG SQLITE_SHARED_CACHE ADMIN_USERNAME ADMIN_PASSWORD"
    ).split()
)
TRUE_WORDS = {"1", "true", "yes", "on"}
FALSE_WORDS = {"0", "false", "no", "off"}


class Environment:
    """Typed, checked access to the `BOREALIS_*` names of one mapping."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    @classmethod
    def of_process(cls) -> "Environment":
        return cls(environ.Env.ENVIRON)

    @property
    def unknown_names(self) -> list[str]:
        return sorted(name for name in self.names if name.startswith("BOREALIS_") and name not in KNOWN_NAMES)

    def text(self, name: str, default: str = "") -> str:
        """Return the value of BOREALIS_<name>, or `default` when unset or empty."""
        return self.names.get(f"BOREALIS_{name}", "").strip() or default

    def switch(self, name: str, default: bool) -> bool:
        word = self.text(name, str(default)).lower()
        if word not in TRUE_WORDS | FALSE_WORDS:
            raise ImproperlyConfigured(f"BOREALIS_{name} is {word!r}: use true or false.")
        return word in TRUE_WORDS

    def integer(self, name: str, default: int, *, minimum: int = 0, maximum: int = 2**53) -> int:
        word = self.text(name, str(default))
        try:
            number = int(word)
        except ValueError:
            number = minimum - 1
        if not minimum <= number <= maximum:
            raise ImproperlyConfigured(f"BOREALIS_{name} is {word!r}: use a whole number from {minimum} to {maximum}.")
        return number

    def words(self, name: str, default: str = "") -> list[str]:
        """Return a comma-separated list."""
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]

    def path(self, name: str, default: Path, *, base: Path) -> Path:
        """Return an absolute path; a relative one starts at `base`."""
        return (base / Path(self.text(name, str(default))).expanduser()).resolve()

    def web_address(self, name: str, default: str) -> str:
        address = self.text(name, default).rstrip("/")
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path:
            raise ImproperlyConfigured(f"BOREALIS_{name} is {address!r}: use http(s)://host[:port] without a path.")
        return address

    def secret_key(self, fallback: Path) -> str:
        """Return the configured key, else the one kept in `fallback`, made there on first use with mode 0600."""
        configured = self.text("SECRET_KEY") or self.text("FLASK_SECRET_KEY")
        return checked_secret(configured or kept_secret(fallback))


def checked_secret(key: str) -> str:
    if key == "change-me" or len(key) < MINIMUM_SECRET_CHARACTERS:
        raise ImproperlyConfigured(
            f"The secret key is a placeholder or shorter than {MINIMUM_SECRET_CHARACTERS} characters. Unset "
            "BOREALIS_SECRET_KEY to have one generated, or set a long random one."
        )
    return key


def kept_secret(path: Path) -> str:
    """Return the key kept at `path`; two processes starting at once agree on one."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(64))
        try:
            # A link, unlike a rename, fails when another process was first: everyone then reads that one's key.
            path.hardlink_to(fresh)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()
