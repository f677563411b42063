"""Where a git repository is, judged from its name alone: nothing is started and nobody is asked.

Allowed are `https://`, `ssh://`, `user@host:path`, plain `http://` to this machine only, and folders of this machine.
Whatever git would read as an option, as a helper program or as a name of the cloud's metadata service is refused.
"""

import ipaddress
import os
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, unquote_to_bytes, urlsplit

from assemblies.errors import SourceUnreadable

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# Not link-local by number, and yet where clouds hand out credentials.
METADATA_ADDRESSES = frozenset(
    ipaddress.ip_address(address) for address in ("fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192")
)
METADATA_NAMES = frozenset({"metadata", "metadata.google.internal", "metadata.goog", "instance-data"})
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

_REMOTE_LIKE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+.-]*::?[^\\]|[^/\\]+@[^/\\]+:|-")
_SHORT_SSH = re.compile(r"(?:(?P<user>[^@/:]+)@)?(?P<host>[^@/:]{2,}):(?P<path>.+)", re.DOTALL)
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?\.?|\[[0-9A-Fa-f:.]+\]")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_PATH = re.compile(r"(?:[A-Za-z0-9._~/+@,=-]|%[0-9A-Fa-f]{2})*")


@dataclass(frozen=True, kw_only=True)
class GitAddress:
    """`url` is what git is given, `protocol` the only one it may speak. Neither holds a secret."""

    url: str
    protocol: str


def find_git_address(place: str) -> GitAddress | None:
    """Return the repository `place` names, or None when it names none. Raises SourceUnreadable for one not allowed."""
    if not _is_remote(place):
        return _local(Path(place))
    if any(not character.isprintable() or not character.isascii() or character in " \\" for character in place):
        raise SourceUnreadable("The official source's address has a character that does not belong in one.")
    return _of_url(place) if "://" in place else _of_short_ssh(place)


def _is_remote(place: str) -> bool:
    if _REMOTE_LIKE.match(place) is None:
        return False
    is_folder = not place.startswith("-") and "://" not in place and "::" not in place and Path(place).exists()
    return not is_folder


def _local(folder: Path) -> GitAddress | None:
    if not (folder / ".git").exists() and not is_bare(folder):
        return None
    # git must not take the path for a URL or an option: an absolute one is neither.
    folder = folder.resolve()
    _check_owner(folder)
    return GitAddress(url=str(folder), protocol="file")


def is_bare(folder: Path) -> bool:
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir()


def _check_owner(folder: Path) -> None:
    """git runs on a local repository with that repository's own settings, so they must be ours."""
    if os.name != "nt" and folder.stat().st_uid != os.geteuid():
        raise SourceUnreadable(
            "The official source is a git repository of another user of this machine, whose settings git would follow. "
            "Make this user its owner, or name it by an https or ssh address."
        )


def _of_url(place: str) -> GitAddress:
    try:
        parts = urlsplit(place)
        port = parts.port
    except ValueError as error:
        raise SourceUnreadable("The official source's address cannot be read.") from error
    protocol = parts.scheme.lower()
    if protocol not in {"https", "ssh", "http"}:
        raise SourceUnreadable(
            "The official source's protocol is not allowed: use https or ssh, or the path of a folder of this machine."
        )
    if "%" in parts.netloc or parts.query or parts.fragment or port == 0 or parts.netloc.endswith(":"):
        raise SourceUnreadable("The official source's address has parts that do not belong in a repository's.")
    _check_user(parts, protocol)
    _check_host(parts.netloc.rpartition("@")[2].removesuffix(f":{port}"))
    _check_path(parts.path)
    if protocol == "http" and not _is_this_machine(parts.hostname or ""):
        raise SourceUnreadable("The official source would be read over plain http: use https.")
    return GitAddress(url=protocol + place[len(protocol) :], protocol=protocol)


def _of_short_ssh(place: str) -> GitAddress:
    """Read `user@host:path`, git's short way of writing an ssh address."""
    match = _SHORT_SSH.fullmatch(place)
    if place.startswith("-") or "::" in place or match is None or match["path"].startswith("-"):
        raise SourceUnreadable("The official source is neither a folder nor an allowed https or ssh address.")
    if match["user"] is not None and not _USER.fullmatch(match["user"]):
        raise SourceUnreadable("The official source's user name is not allowed.")
    _check_host(match["host"])
    _check_path(match["path"])
    return GitAddress(url=place, protocol="ssh")


def _check_user(parts: SplitResult, protocol: str) -> None:
    if "@" not in parts.netloc:
        return
    if parts.password is not None or protocol != "ssh":
        raise SourceUnreadable(
            "The official source's address holds credentials, which would end up in logs. Leave them out: use an ssh "
            "address with a deploy key, or put them into this user's .netrc file."
        )
    if not _USER.fullmatch(parts.username or ""):
        raise SourceUnreadable("The official source's user name is not allowed.")


def _check_host(host: str) -> None:
    if not _HOST.fullmatch(host):
        raise SourceUnreadable("The official source's host name is not allowed.")
    name = host.strip("[]").rstrip(".").lower()
    if name in METADATA_NAMES or any(_is_forbidden(address) for address in _addresses(name)):
        raise SourceUnreadable("The official source's host is a link-local or metadata address, which is not allowed.")


def _check_path(path: str) -> None:
    if not _PATH.fullmatch(path) or any(byte < 0x20 or byte == 0x7F for byte in unquote_to_bytes(path)):
        raise SourceUnreadable("The official source's address has a character that does not belong in one.")


def _addresses(name: str) -> Iterator[IPAddress]:
    """Yield the address a host name spells, and the one within it, in every spelling the system's resolver takes."""
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        try:
            address = ipaddress.IPv4Address(socket.inet_aton(name))
        except OSError:
            return
    yield address
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            yield address.ipv4_mapped
        if address in NAT64:
            yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


def _is_forbidden(address: IPAddress) -> bool:
    return address.is_link_local or address.is_multicast or address.is_unspecified or address in METADATA_ADDRESSES


def _is_this_machine(host: str) -> bool:
    return host == "localhost" or any(address.is_loopback for address in _addresses(host))
