"""Where a target may be: hosts, names of SQLite files, options, and the one kind of place a password is read from.

Checked when a target is made and again whenever it is connected to: what a name resolves to changes.
"""

import ipaddress
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from django.utils.translation import gettext as _

from assemblies.errors import InvalidField
from assemblies.targets.errors import OwnDatabase
from assemblies.targets.models import Engine, PersistenceConnection, PersistenceTarget
from devmode.sqlite_files import is_live_database

SECRET_REF = re.compile(r"BOREALIS_TARGET_SECRET_[A-Z0-9_]{1,80}")
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?")
PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}(\.[A-Za-z0-9]{1,8})?")
DATABASE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_$.-]{0,62}")
# Names of devices, which Windows opens in place of a file, whatever follows the dot.
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
SSL_MODES = ("disable", "prefer", "require", "verify-ca", "verify-full")
MAX_TIMEOUT_SECONDS = 30
OPTIONS = ("sslmode", "connect_timeout", "ca")
PORTS = {Engine.POSTGRESQL: 5432, Engine.MYSQL: 3306, Engine.MSSQL: 1433}
VENDORS = {"postgresql": Engine.POSTGRESQL, "mysql": Engine.MYSQL}


def targets_folder() -> Path:
    """Return the folder of SQLite targets; certificates of authorities are in `ca` below it."""
    return Path(settings.RUNTIME_ROOT) / "Targets"


def check_target(target: PersistenceTarget) -> None:
    """Raise InvalidField unless a target, saved or not, may be connected to."""
    if target.engine == Engine.SQLITE:
        for name in ("host", "port", "user", "secret_ref", "options"):
            if getattr(target, name):
                raise InvalidField(_("SQLite is a file and has none."), field=name)
        return
    check_host(target.host)
    if not 1 <= (target.port or PORTS[Engine(target.engine)]) <= 65535:
        raise InvalidField(_("Use a port from 1 to 65535."), field="port")
    if not target.user or not target.user.isprintable():
        raise InvalidField(_("Name the account of the database."), field="user")
    if target.secret_ref and not SECRET_REF.fullmatch(target.secret_ref):
        words = _("Name an environment variable BOREALIS_TARGET_SECRET_…, never a password.")
        raise InvalidField(words, field="secret_ref")
    check_options(target.options)


def check_options(options: Mapping[str, Any]) -> None:
    """Raise InvalidField unless only known options are set, each to something it can be."""
    for name, value in options.items():
        if name not in OPTIONS:
            raise InvalidField(_("Known options are: %(names)s.") % {"names": ", ".join(OPTIONS)}, field="options")
        if name == "sslmode" and value not in SSL_MODES:
            raise InvalidField(_("Use one of: %(names)s.") % {"names": ", ".join(SSL_MODES)}, field="options.sslmode")
        if name == "connect_timeout" and not (type(value) is int and 1 <= value <= MAX_TIMEOUT_SECONDS):
            words = _("Use whole seconds from 1 to %(most)s.") % {"most": MAX_TIMEOUT_SECONDS}
            raise InvalidField(words, field="options.connect_timeout")
        if name == "ca" and not (isinstance(value, str) and is_plain_name(value)):
            words = _("Name a file in the folder Targets/ca of the runtime root, without a path.")
            raise InvalidField(words, field="options.ca")


def check_host(host: str) -> None:
    """Raise InvalidField unless it is the name or address of a host that is not link-local.

    Link-local addresses are those of cloud providers' services for the machine itself, which give out credentials.
    """
    if not (HOST.fullmatch(host) or _is_address(host)):
        raise InvalidField(_("Name a host, or an IP address."), field="host")
    if any(address.is_link_local or address.is_multicast or address.is_unspecified for address in addresses_of(host)):
        raise InvalidField(_("Link-local and other special addresses are not connected to."), field="host")


def check_database(target: PersistenceTarget, database: str) -> None:
    """Raise InvalidField for a name that cannot be a database's, OwnDatabase where it is one of the library's own."""
    if target.engine == Engine.SQLITE:
        if not is_plain_name(database):
            raise InvalidField(
                _("Name a file in the folder Targets of the runtime root, without a path."), field="database"
            )
        if is_live_database(sqlite_file(database)):
            raise OwnDatabase
    elif not DATABASE.fullmatch(database):
        raise InvalidField(_("Name a database: letters, digits, and . _ - $."), field="database")
    elif any(_is_same_server(target, facts) and facts["NAME"] == database for facts in _own_servers(target.engine)):
        raise OwnDatabase


def check_connection(connection: PersistenceConnection) -> None:
    """Raise InvalidField or OwnDatabase unless a connection may be opened now."""
    check_target(connection.target)
    check_database(connection.target, connection.database)


def is_plain_name(name: str) -> bool:
    return bool(PLAIN_NAME.fullmatch(name)) and not RESERVED.fullmatch(name)


def sqlite_file(database: str) -> Path:
    """Return the file of a SQLite target."""
    return targets_folder() / (database if "." in database else f"{database}.db")


def addresses_of(host: str) -> "set[ipaddress.IPv4Address | ipaddress.IPv6Address]":
    """Return what a host resolves to now; nothing where that cannot be found out."""
    found = set()
    with suppress(OSError, UnicodeError):
        for *_kind, place in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM):
            address = ipaddress.ip_address(str(place[0]).partition("%")[0])
            found.add(getattr(address, "ipv4_mapped", None) or address)
    return found


def _is_address(host: str) -> bool:
    with suppress(ValueError):
        ipaddress.ip_address(host)
        return "%" not in host
    return False


def _own_servers(engine: str) -> Iterator[Mapping[str, Any]]:
    for alias in connections:
        if VENDORS.get(connections[alias].vendor) == engine:
            yield connections[alias].settings_dict


def _is_same_server(target: PersistenceTarget, own: Mapping[str, Any]) -> bool:
    port = PORTS[Engine(target.engine)]
    if int(own["PORT"] or port) != (target.port or port):
        return False
    # No host, or a folder, is a socket of this machine.
    host = own["HOST"] if own["HOST"] and not own["HOST"].startswith("/") else "localhost"
    if host.lower() == target.host.lower():
        return True
    theirs, ours = addresses_of(target.host), addresses_of(host)
    return bool(theirs & ours) or (_is_this_machine(theirs) and _is_this_machine(ours))


def _is_this_machine(found: "set[ipaddress.IPv4Address | ipaddress.IPv6Address]") -> bool:
    return any(address.is_loopback for address in found)
