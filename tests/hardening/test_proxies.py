"""Whose word counts for where a request comes from."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from assemblies.payloads import PayloadStore
from borealis_assemblies.env import Environment
from borealis_assemblies.proxies import SAID_BY_PROXIES, TrustedProxies
from devmode.models import AuditEntry
from tests.hardening.conftest import PASSWORD, log_in

PROXIES = ["10.0.0.0/8", "2001:db8::/32"]


def seen(peer: str, settings: Settings, **facts: str) -> HttpRequest:
    found: list[HttpRequest] = []

    def answer(request: HttpRequest) -> HttpResponse:
        found.append(request)
        return HttpResponse()

    settings.TRUSTED_PROXIES = PROXIES
    request = RequestFactory(REMOTE_ADDR=peer).get("/")
    request.META.update(facts)
    TrustedProxies(answer)(request)
    return found[0]


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("10.0.0.7", "192.0.2.1", "192.0.2.1"),
        ("10.0.0.7", "198.51.100.1, 192.0.2.1", "192.0.2.1"),
        ("10.0.0.7", "192.0.2.1, 10.1.1.1, 10.2.2.2", "192.0.2.1"),
        ("10.0.0.7", "10.1.1.1", "10.1.1.1"),
        ("10.0.0.7", "", "10.0.0.7"),
        ("10.0.0.7", "unknown", "10.0.0.7"),
        ("10.0.0.7", "192.0.2.1, <script>", "10.0.0.7"),
        ("10.0.0.7", "192.0.2.1, _hidden, 10.1.1.1", "10.1.1.1"),
        ("::ffff:10.0.0.7", "::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:DB9::0001", "2001:db9::1"),
        ("192.0.2.9", "198.51.100.1", "192.0.2.9"),
        ("", "198.51.100.1", ""),
        ("unix:", "198.51.100.1", "unix:"),
    ],
)
def test_the_nearest_address_that_is_no_trusted_proxy_is_the_client(
    settings: Settings, peer: str, forwarded: str, client: str
) -> None:
    assert seen(peer, settings, HTTP_X_FORWARDED_FOR=forwarded).META["REMOTE_ADDR"] == client


def test_what_a_client_says_of_others_is_forgotten(settings: Settings) -> None:
    said = dict.fromkeys(SAID_BY_PROXIES, "198.51.100.1")
    facts = seen("192.0.2.9", settings, **said, HTTP_USER_AGENT="kept").META
    assert not set(SAID_BY_PROXIES) & set(facts)
    assert facts["HTTP_USER_AGENT"] == "kept"


def test_only_a_trusted_proxy_may_say_that_tls_was_used(settings: Settings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert seen("10.0.0.7", settings, HTTP_X_FORWARDED_PROTO="https").is_secure()
    assert not seen("10.0.0.7", settings).is_secure()
    assert not seen("192.0.2.9", settings, HTTP_X_FORWARDED_PROTO="https").is_secure()


def test_a_spoofed_address_reaches_neither_the_audit_nor_the_limits(ada: User) -> None:
    client = Client(REMOTE_ADDR="192.0.2.9")
    for number in range(11):
        answer = client.post(
            "/api/auth/login",
            {"username": "ada", "password": "wrong"},
            content_type="application/json",
            headers={
                "X-Forwarded-For": f"198.51.100.{number}",
                "X-Real-IP": "198.51.100.1",
                "Forwarded": "for=1.1.1.1",
            },
        )
    assert answer.status_code == 429
    assert set(AuditEntry.objects.values_list("remote_address", flat=True)) == {"192.0.2.9"}


def test_the_address_a_trusted_proxy_names_reaches_both(settings: Settings, ada: User) -> None:
    settings.TRUSTED_PROXIES = PROXIES
    words = {"username": "ada", "password": PASSWORD}
    Client(REMOTE_ADDR="10.0.0.7").post(
        "/api/auth/login", words, content_type="application/json", headers={"X-Forwarded-For": "192.0.2.1"}
    )
    assert AuditEntry.objects.get().remote_address == "192.0.2.1"
    assert [log_in("ada", "wrong", address="192.0.2.1").status_code for _ in range(11)] == [401] * 10 + [429]


@pytest.mark.parametrize(
    ("text", "networks"),
    [
        ("", []),
        ("10.0.0.7", ["10.0.0.7/32"]),
        (" 10.0.0.0/8, ::1 ", ["10.0.0.0/8", "::1/128"]),
    ],
)
def test_proxies_are_addresses_and_networks(text: str, networks: list[str]) -> None:
    assert Environment({"BOREALIS_TRUSTED_PROXIES": text}).networks("TRUSTED_PROXIES") == networks


@pytest.mark.parametrize("text", ["*", "proxy.example.org", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.256"])
def test_what_is_no_address_does_not_start(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="BOREALIS_TRUSTED_PROXIES"):
        Environment({"BOREALIS_TRUSTED_PROXIES": text}).networks("TRUSTED_PROXIES")


def test_nobody_is_trusted_where_nobody_is_named(settings: Settings, library: PayloadStore, ada: User) -> None:
    assert settings.TRUSTED_PROXIES == []
    answer: Any = log_in("ada", address="127.0.0.1")
    assert answer.status_code == 200
    assert AuditEntry.objects.get().remote_address == "127.0.0.1"
