"""Check how long the certificates of TLS endpoints stay valid and whether their chains are trusted.

Needs only the standard library (Python 3.8 or newer) and sends nothing beyond the handshake.
Exit: 0 all fine, 1 a certificate is not, or an endpoint did not answer, 2 bad input.
"""

from __future__ import annotations

import datetime
import os
import socket
import ssl
import sys
from typing import NoReturn

UTC = datetime.timezone.utc


def bad_input(message: str) -> NoReturn:
    print(f"bad input: {message}", file=sys.stderr)
    sys.exit(2)


def whole_number(name: str, text: str, lowest: int, highest: int) -> int:
    if not (text.isascii() and text.isdigit() and lowest <= int(text) <= highest):
        bad_input(f"{name} must be a whole number from {lowest} to {highest}")
    return int(text)


def truth(name: str, text: str) -> bool:
    if text.lower() in ("true", "1", "yes"):
        return True
    if text.lower() in ("false", "0", "no"):
        return False
    bad_input(f"{name} must be true or false")


def endpoints_of(text: str) -> list[tuple[str, int]]:
    """Read `host`, `host:port`, `[ipv6]` and `[ipv6]:port`, separated by commas or spaces."""
    endpoints = []
    for word in text.replace(",", " ").split():
        if word.startswith("["):
            host, _, rest = word[1:].partition("]")
            port_text = rest[1:] if rest.startswith(":") else rest
        else:
            host, _, port_text = word.partition(":")
        if not host or "/" in word or word.endswith(":"):
            bad_input(f"ENDPOINTS: '{word}' is not host, host:port or [ipv6]:port")
        endpoints.append((host, whole_number(f"ENDPOINTS: port of '{word}'", port_text or "443", 1, 65535)))
    if not endpoints:
        bad_input("ENDPOINTS is required")
    return endpoints


def der_element(der: bytes, offset: int) -> tuple[int, int, int]:
    """Return tag, start and end of the content of the DER element at `offset`."""
    tag, length, start = der[offset], der[offset + 1], offset + 2
    if length & 0x80:
        width = length & 0x7F
        length = int.from_bytes(der[start : start + width], "big")
        start += width
    return tag, start, start + length


def not_after(der: bytes) -> datetime.datetime:
    """Read the end of validity out of a certificate; ssl itself only tells it for trusted ones."""
    _, position, _ = der_element(der, 0)  # Certificate
    _, position, _ = der_element(der, position)  # TBSCertificate
    if der[position] == 0xA0:  # the explicit version is optional
        position = der_element(der, position)[2]
    for _field in ("serial number", "signature", "issuer"):
        position = der_element(der, position)[2]
    _, position, _ = der_element(der, position)  # Validity
    position = der_element(der, position)[2]  # step over notBefore
    tag, start, end = der_element(der, position)
    text = der[start:end].decode("ascii")
    if tag == 0x17:  # UTCTime has two digits for the year, 50 and above are in the last century
        text = ("19" if int(text[:2]) >= 50 else "20") + text
    return datetime.datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def handshake(context: ssl.SSLContext, host: str, port: int, timeout: float) -> bytes:
    plain = socket.create_connection((host, port), timeout=timeout)
    with plain, context.wrap_socket(plain, server_hostname=host) as wrapped:
        return wrapped.getpeercert(binary_form=True) or b""


def judge(host: str, port: int, timeout: float, warn_days: int, trusted: ssl.SSLContext | None) -> tuple[str, str]:
    """Return the state of one endpoint and what to say about it."""
    # The first handshake must succeed with an expired or untrusted certificate too: it is what we look for.
    anything = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anything.check_hostname = False
    anything.verify_mode = ssl.CERT_NONE
    try:
        end = not_after(handshake(anything, host, port, timeout))
    except (OSError, UnicodeError) as error:
        return "UNREACHABLE", str(error)
    except (IndexError, ValueError) as error:
        return "UNREADABLE", f"the certificate cannot be decoded ({error})"
    days = (end - datetime.datetime.now(UTC)).days
    until = f"until {end:%Y-%m-%d %H:%M} UTC, {days} day(s)"
    if days < 0:
        return "EXPIRED", until
    if trusted is not None:
        try:
            handshake(trusted, host, port, timeout)
        except ssl.SSLCertVerificationError as error:
            return "UNTRUSTED", f"{until}; {error.verify_message}"
        except OSError as error:
            return "UNREACHABLE", f"{until}; second handshake failed: {error}"
    return ("EXPIRING" if days < warn_days else "ok"), until


def main() -> int:
    endpoints = endpoints_of(os.environ.get("ENDPOINTS", ""))
    warn_days = whole_number("WARN_DAYS", os.environ.get("WARN_DAYS") or "30", 0, 3650)
    timeout = whole_number("CONNECT_TIMEOUT_SECONDS", os.environ.get("CONNECT_TIMEOUT_SECONDS") or "10", 1, 120)
    trusted = None
    if truth("VERIFY_CHAIN", os.environ.get("VERIFY_CHAIN") or "true"):
        authority = os.environ.get("AUTHORITY_FILE") or None
        try:
            trusted = ssl.create_default_context(cafile=authority)
        except OSError as error:  # an SSLError is an OSError as well
            bad_input(f"AUTHORITY_FILE cannot be used: {error}")
    problems = 0
    for host, port in endpoints:
        state, detail = judge(host, port, timeout, warn_days, trusted)
        problems += state != "ok"
        print(f"{state:<12} {host}:{port}  {detail}", flush=True)
    print(f"Endpoints: {len(endpoints)}, problems: {problems}, limit: {warn_days} days.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
