"""The effective settings by their environment names, for people: where each value comes from, and no secret in any."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.db import connections

from assemblies.settings_file import read_settings_file

MASK = "***"
URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@dataclass(frozen=True)
class EffectiveSetting:
    """One setting as it is in force; `source` is "environment", "file" or "default"."""

    name: str
    value: Any
    source: str


def _setting(name: str) -> Callable[[], Any]:
    return lambda: getattr(settings, name, None)


def _database_url(alias: str) -> Callable[[], str]:
    def read() -> str:
        connection = connections[alias]
        facts = connection.settings_dict
        if connection.vendor == "sqlite":
            return f"sqlite:///{str(facts['NAME']).lstrip('/')}"
        port = f":{facts['PORT']}" if facts["PORT"] else ""
        credentials = f"{MASK}@" if facts["USER"] or facts["PASSWORD"] else ""
        return f"{connection.vendor}://{credentials}{facts['HOST'] or 'localhost'}{port}/{facts['NAME']}"

    return read


def _database_path() -> str | None:
    connection = connections["default"]
    return str(connection.settings_dict["NAME"]) if connection.vendor == "sqlite" else None


def _masked() -> str:
    return MASK


def _masked_if_set(name: str) -> Callable[[], str | None]:
    return lambda: MASK if getattr(settings, name, None) else None


# What BOREALIS_<name> came to. A name that this table lacks fails a test.
READERS: dict[str, Callable[[], Any]] = {
    **{
        name: _setting(name)
        for name in (
            "ROOT RUNTIME_ROOT STAGING_ROOT OFFICIAL_SOURCE OFFICIAL_REF PAYLOAD_STORAGE_URL FLUSH_INTERVAL_SECONDS "
            "DEV_MODE_TTL_SECONDS DEV_MODE_MAX_SECONDS RECENT_LOGIN_SECONDS MAX_DOCUMENT_BYTES MAX_ATTACHMENT_BYTES "
            "ENGINE_AUTO_MIGRATE HOST PORT CORS_ALLOWED_ORIGINS PUBLIC_URL OFFICIAL_MAX_AGE_DAYS ALLOWED_HOSTS "
            "TRUSTED_PROXIES STATIC_ROOT DEBUG ADMIN_USERNAME LIBRARY_ID LOG_FORMAT LOG_LEVEL STAND_IN ENV_FILE "
            "LOCAL_WORKER PWSH WORKER_USER WORKER_CONCURRENCY RUN_OUTPUT_MAX_BYTES RUN_RETENTION_DAYS SIGNING_KEY_FILE "
            "REALTIME_PORT REALTIME_URL REFUSE_ERRORS REPO REPO_BRANCH REPO_HASH_REFRESH GITHUB_API CACHE_DIR "
            "OFFICIAL_SYNC_ON_UPDATE"
        ).split()
    },
    "DATABASE_URL": _database_url("default"),
    "DATABASE_PATH": _database_path,
    "OFFICIAL_DATABASE_URL": _database_url("official"),
    "COMMUNITY_DATABASE_URL": _database_url("community"),
    "USER_CREATED_DATABASE_URL": _database_url("user_created"),
    "EXECUTION_DATABASE_URL": _database_url("execution"),
    "SQLITE_SHARED_CACHE": lambda: "cache=shared" in str(connections["default"].settings_dict["NAME"]),
    "OFFICIAL_SIGNING_KEYS": _masked_if_set("OFFICIAL_SIGNING_KEYS"),
    "SECRET_KEY": _masked,
    "FLASK_SECRET_KEY": _masked,
    "METRICS_TOKEN": _masked_if_set("METRICS_TOKEN"),
    "ADMIN_PASSWORD": _masked_if_set("ADMIN_PASSWORD"),
}


def effective_settings(environment: Mapping[str, str]) -> Iterator[EffectiveSetting]:
    """Yield every setting, secrets masked; `environment` says which were set by hand."""
    sources = {"environment": environment, "file": read_settings_file(environment)}
    for name, read in sorted(READERS.items()):
        full_name = f"BOREALIS_{name}"
        source = next((name for name, said in sources.items() if said.get(full_name, "").strip()), "default")
        yield EffectiveSetting(full_name, _presentable(read()), source)


def _presentable(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_presentable(part) for part in value]
    if value is None or isinstance(value, bool | int):
        return value
    return without_credentials(str(value))


def without_credentials(text: str) -> str:
    """Mask the user name, the password and the query values of a URL; any other text stays."""
    parts = urlsplit(text)
    if not URL.match(text) or not ("@" in parts.netloc or parts.query):
        return text
    _userinfo, at, place = parts.netloc.rpartition("@")
    query = urlencode([(name, MASK) for name, _value in parse_qsl(parts.query, keep_blank_values=True)], safe="*")
    return urlunsplit(parts._replace(netloc=f"{MASK}@{place}" if at else place, query=query))
