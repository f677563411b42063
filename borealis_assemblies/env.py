"""The only reader of the environment: strict readers for the `BOREALIS_*` names.

A value that cannot be read stops the start with the name, the value's problem and what would be accepted; a name
nobody knows is warned about, since it is most often a misspelt one.
"""

import ipaddress
import re
import secrets
from collections.abc import Collection, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from assemblies.durable_files import write_new
from assemblies.settings_file import NAME, read_settings_file
from devmode.addresses import NoListeningAddress, listening_host

MINIMUM_SECRET_CHARACTERS = 50
# A path below one of these could be meant with the prefix or without it.
OWN_PATHS = ("account", "admin", "api", "health", "i18n", "static")
# No dots alone, which browsers resolve; what is left needs no encoding, in an address or in the name of a cookie.
PREFIX = re.compile(r"(/(?!\.+(/|$))[A-Za-z0-9._-]+)+")
PLACEHOLDER_SECRETS = ("change-me", "changeme", "django-insecure-")
STANDARD_PORTS = {"http": 80, "https": 443}
KNOWN_NAMES = frozenset(
    f"BOREALIS_{name}"
    for name in (
        "ROOT RUNTIME_ROOT STAGING_ROOT OFFICIAL_SOURCE OFFICIAL_REF DATABASE_URL DATABASE_PATH OFFICIAL_DATABASE_URL "
        "COMMUNITY_DATABASE_URL USER_CREATED_DATABASE_URL EXECUTION_DATABASE_URL PAYLOAD_STORAGE_URL "
        "FLUSH_INTERVAL_SECONDS DEV_MODE_TTL_SECONDS DEV_MODE_MAX_SECONDS RECENT_LOGIN_SECONDS "
        "MAX_DOCUMENT_BYTES MAX_ATTACHMENT_BYTES "
        "ENGINE_AUTO_MIGRATE HOST PORT SECRET_KEY FLASK_SECRET_KEY CORS_ALLOWED_ORIGINS PUBLIC_URL "
        "OFFICIAL_MAX_AGE_DAYS OFFICIAL_SIGNING_KEYS TEST_DATABASE_URL TEST_REDIS_URL TEST_TARGETS TEST_CORPUS "
        "REQUIRE_ENGINES REFUSE_ERRORS "
        "ALLOWED_HOSTS TRUSTED_PROXIES STATIC_ROOT DEBUG SQLITE_SHARED_CACHE ADMIN_USERNAME ADMIN_PASSWORD "
        "LIBRARY_ID LOCAL_WORKER PWSH WORKER_USER WORKER_CONCURRENCY RUN_OUTPUT_MAX_BYTES RUN_RETENTION_DAYS "
        "LOG_FORMAT LOG_LEVEL METRICS_TOKEN SIGNING_KEY_FILE REALTIME_PORT REALTIME_URL STAND_IN ENV_FILE "
        "REPO REPO_BRANCH REPO_HASH_REFRESH GITHUB_API CACHE_DIR OFFICIAL_SYNC_ON_UPDATE"
    ).split()
)
# Passwords of persistence targets, each under a name of the operator's choice.
TARGET_SECRETS_PREFIX = "BOREALIS_TARGET_SECRET_"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TRUE_WORDS = {"1", "true", "yes", "on"}
FALSE_WORDS = {"0", "false", "no", "off"}


class Environment:
    """Typed, checked access to the `BOREALIS_*` names of one mapping."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    @classmethod
    def of_process(cls) -> "Environment":
        """Return what the environment says, and below it the file that it names."""
        try:
            return cls({**read_settings_file(environ.Env.ENVIRON), **environ.Env.ENVIRON})
        except (OSError, ValueError) as error:
            raise ImproperlyConfigured(f"The file that {NAME} names cannot be read: {error}") from error

    @property
    def unknown_names(self) -> list[str]:
        return sorted(
            name
            for name in self.names
            if name.startswith("BOREALIS_") and name not in KNOWN_NAMES and not name.startswith(TARGET_SECRETS_PREFIX)
        )

    @property
    def target_secrets(self) -> dict[str, str]:
        """Return the passwords of persistence targets by the whole names of their variables."""
        return {name: value for name, value in self.names.items() if name.startswith(TARGET_SECRETS_PREFIX)}

    def text(self, name: str, default: str = "") -> str:
        """Return the value of BOREALIS_<name>, or `default` when unset or empty."""
        return self.names.get(f"BOREALIS_{name}", "").strip() or default

    def text_or_none(self, name: str, default: str) -> str:
        """Return a text; one that is there and empty is none, and not the default."""
        return self.names.get(f"BOREALIS_{name}", default).strip()

    def switch(self, name: str, default: bool) -> bool:
        word = self.text(name, str(default)).lower()
        if word not in TRUE_WORDS | FALSE_WORDS:
            raise ImproperlyConfigured(f"BOREALIS_{name} is {word!r}: use true or false.")
        return word in TRUE_WORDS

    def integer(self, name: str, default: int, *, minimum: int = 0, maximum: int = 2**53) -> int:
        word = self.text(name, str(default))
        number = int(word) if word.isascii() and word.isdigit() and len(word) < 20 else minimum - 1
        if not minimum <= number <= maximum:
            raise ImproperlyConfigured(f"BOREALIS_{name} is {word!r}: use a whole number from {minimum} to {maximum}.")
        return number

    def choice(self, name: str, default: str, choices: Collection[str]) -> str:
        """Return one of `choices`."""
        word = self.text(name, default).lower()
        if word not in choices:
            raise ImproperlyConfigured(f"BOREALIS_{name} is {word!r}: use one of {', '.join(choices)}.")
        return word

    def choices(self, name: str, choices: Collection[str]) -> list[str]:
        """Return a comma-separated list of some of `choices`."""
        words = [word.lower() for word in self.words(name)]
        if unknown := sorted(set(words).difference(choices)):
            said = ", ".join(unknown)
            raise ImproperlyConfigured(f"BOREALIS_{name} names {said}: use some of {', '.join(choices)}.")
        return words

    def identifier(self, name: str) -> str:
        """Return a UUID in lower case, "" when unset."""
        word = self.text(name).lower()
        if word and not UUID.fullmatch(word):
            raise ImproperlyConfigured(f"BOREALIS_{name} is {word!r}: use the id that /health/ready calls journal_id.")
        return word

    def words(self, name: str, default: str = "") -> list[str]:
        """Return a comma-separated list."""
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]

    def path(self, name: str, default: Path, *, base: Path) -> Path:
        """Return an absolute path; a relative one starts at `base`."""
        word = self.text(name, str(default))
        try:
            return (base / Path(word).expanduser()).resolve()
        except RuntimeError as error:
            raise ImproperlyConfigured(f"BOREALIS_{name} is {word!r}: there is no such user's home.") from error

    def runtime_root(self, root: Path) -> Path:
        """Return where live data are. Raises where that would be the machine's own /var."""
        if root == Path(root.anchor) and not self.text("RUNTIME_ROOT"):
            raise ImproperlyConfigured(
                f"Data would be kept in {root / 'var'}: run the command in a folder of its own, or set BOREALIS_ROOT."
            )
        return self.path("RUNTIME_ROOT", Path("var"), base=root)

    def host(self, name: str, default: str) -> str:
        try:
            return listening_host(self.text(name, default))
        except NoListeningAddress as error:
            raise ImproperlyConfigured(f"BOREALIS_{name}: {error}.") from error

    def web_address(self, name: str, default: str) -> tuple[str, str]:
        """Return an origin, as `origin_of` does, and the path below which everything is, "" for the root."""
        address = self.text(name, default)
        try:
            path = checked_prefix(urlsplit(address).path.rstrip("/"))
            return origin_of(address.rstrip("/").removesuffix(path)), path
        except ValueError as error:
            raise ImproperlyConfigured(
                f"BOREALIS_{name} is {address!r}: use http(s)://host[:port], or that with a path, for example "
                f"https://host/borealis, which does not begin like one of the library's own: {', '.join(OWN_PATHS)}."
            ) from error

    def realtime_url(self, port: int, public_origin: str) -> str:
        """Return where devices reach the realtime server, or "" where they cannot and poll instead.

        Without a name of its own it is this host at `port`, unless browsers come by https: what ends that for them
        does not for another port.
        """
        if not port:
            return ""
        if named := self.origins("REALTIME_URL"):
            return named[0]
        parts = urlsplit(public_origin)
        return f"http://{bracketed(parts.hostname or '')}:{port}" if parts.scheme == "http" else ""

    def origins(self, name: str) -> list[str]:
        """Return a comma-separated list of origins; `*` is passed on for a system check to judge."""
        return [word if word == "*" else self._origin(name, word) for word in self.words(name)]

    def networks(self, name: str, default: str = "") -> list[str]:
        """Return a comma-separated list of addresses and networks, each as a network."""
        return [self._network(name, word) for word in self.words(name, default)]

    def _network(self, name: str, word: str) -> str:
        try:
            return str(ipaddress.ip_network(word))
        except ValueError as error:
            raise ImproperlyConfigured(
                f"BOREALIS_{name} holds {word!r}: use addresses and networks, for example 10.0.0.7, 10.0.0.0/8."
            ) from error

    def _origin(self, name: str, address: str) -> str:
        try:
            return origin_of(address)
        except ValueError as error:
            raise ImproperlyConfigured(
                f"BOREALIS_{name} is {address!r}: use http(s)://host[:port] without a path."
            ) from error

    def secret_key(self, fallback: Path) -> str:
        """Return the configured key, else the one kept in `fallback`, made there on first use with mode 0600."""
        configured = self.text("SECRET_KEY") or self.text("FLASK_SECRET_KEY")
        try:
            return checked_secret(configured or kept_secret(fallback))
        except OSError as error:
            raise ImproperlyConfigured(
                f"The runtime root cannot be used ({error.strerror}): "
                "set BOREALIS_RUNTIME_ROOT to a folder that can be written."
            ) from error


def checked_prefix(path: str) -> str:
    """Return the path of a public address. Raises ValueError for one that could be taken for a path below it."""
    if path and not (PREFIX.fullmatch(path) and path.split("/")[1] not in OWN_PATHS):
        raise ValueError(path)
    return path


def origin_of(address: str) -> str:
    """Return scheme, host and port of a web address, in lower case and without the scheme's own port, as browsers do.

    Raises ValueError when it is no origin or more than one.
    """
    parts = urlsplit(address.rstrip("/").lower())
    rest = (parts.path, parts.query, parts.fragment, parts.username, parts.password)
    if parts.scheme not in STANDARD_PORTS or not parts.hostname or any(rest):
        raise ValueError(address)
    host = bracketed(parts.hostname)
    port = "" if parts.port in {None, STANDARD_PORTS[parts.scheme]} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def bracketed(host: str) -> str:
    """Return a host as URLs and the Host header spell it: an IPv6 address stands in brackets."""
    return f"[{host}]" if ":" in host else host


def checked_secret(key: str) -> str:
    if key.lower().startswith(PLACEHOLDER_SECRETS) or len(key) < MINIMUM_SECRET_CHARACTERS:
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
        # Durable first: a power cut could leave an empty key behind a good name, and no start would ever succeed.
        write_new(fresh, [secrets.token_urlsafe(64).encode()])
        try:
            # A link, unlike a rename, fails when another process was first: everyone then reads that one's key.
            path.hardlink_to(fresh)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()
