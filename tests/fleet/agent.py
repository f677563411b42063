"""A device for tests: its key, what it sends, and the requests of a real client that carry it."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.test import Client
from django.utils import timezone

from assemblies.audit_events import LibraryEvent
from assemblies.fleet.approvals import Decision, approve
from assemblies.fleet.install_codes import make_code
from assemblies.fleet.models import Device, DeviceApproval
from tests.permits import may_administer

REQUEST, POLL = "/api/agent/enroll/request", "/api/agent/enroll/poll"
REFRESH, HEARTBEAT, DETAILS = "/api/agent/token/refresh", "/api/agent/heartbeat", "/api/agent/details"


def url64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@dataclass
class Agent:
    """One device with a key of its own; `tokens` is what its enrolment answered."""

    hostname: str = "web-1"
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    nonce: str = field(default_factory=lambda: base64.b64encode(secrets.token_bytes(16)).decode())
    client: Client = field(default_factory=Client)
    asked: dict[str, Any] = field(default_factory=dict)
    tokens: dict[str, Any] = field(default_factory=dict)

    @property
    def public_key(self) -> str:
        der = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(der).decode()

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(base64.b64decode(self.public_key)).hexdigest()

    @property
    def guid(self) -> str:
        return str(self.tokens["guid"])

    def ask(self, code: str, **other: Any) -> Any:
        body = {
            "hostname": self.hostname,
            "enrollment_code": code,
            "agent_pubkey": self.public_key,
            "client_nonce": self.nonce,
        } | other
        answer = self.post(REQUEST, {name: value for name, value in body.items() if value is not None})
        if answer.status_code == 200:
            self.asked = answer.json()
        return answer

    def poll(self, **other: Any) -> Any:
        answer = self.post(POLL, self.poll_body(**other))
        if "access_token" in answer.json():
            self.tokens = answer.json()
        return answer

    def poll_body(self, **other: Any) -> dict[str, Any]:
        server_nonce = base64.b64decode(self.asked["server_nonce"])
        content = server_nonce + self.asked["approval_reference"].encode() + base64.b64decode(self.nonce)
        return {
            "approval_reference": self.asked["approval_reference"],
            "client_nonce": self.nonce,
            "proof_sig": base64.b64encode(self.key.sign(content)).decode(),
        } | other

    def enrol(self, code: str, **decision: Any) -> "Agent":
        """Go all the way: ask, be approved, collect the tokens."""
        assert self.ask(code).status_code == 200
        approve(self.approval.pk, Decision(**decision), permit=may_administer(), now=timezone.now())
        assert self.poll().status_code == 200
        return self

    @property
    def approval(self) -> DeviceApproval:
        return DeviceApproval.objects.get(approval_reference=self.asked["approval_reference"])

    @property
    def device(self) -> Device:
        return Device.objects.get(guid=self.guid)

    def refresh(self, token: str = "", *, guid: str = "", proof: str | None = None) -> Any:
        body = {"guid": guid or self.guid, "refresh_token": token or self.tokens["refresh_token"]}
        headers = {"DPoP": self.proof("POST", REFRESH) if proof is None else proof}
        answer = self.post(REFRESH, body, {name: value for name, value in headers.items() if value})
        if answer.status_code == 200:
            self.tokens |= answer.json()
        return answer

    def call(
        self, path: str, body: Any = None, *, token: str = "", proof: str | None = None, scheme: str = "DPoP"
    ) -> Any:
        """Send a request as the enrolled device."""
        token = token or self.tokens["access_token"]
        proof = self.proof("POST", path, token) if proof is None else proof
        headers = {"Authorization": f"{scheme} {token}"} | ({"DPoP": proof} if proof else {})
        return self.post(path, {} if body is None else body, headers)

    def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> Any:
        return self.client.post(path, json.dumps(body), content_type="application/json", headers=headers or {})

    def proof(self, method: str, path: str, token: str = "", **other: Any) -> str:
        """Return a DPoP proof; `other` replaces claims, `None` leaves one out."""
        now = timezone.now()
        claims = {"jti": str(uuid4()), "htm": method, "htu": settings.PUBLIC_ORIGIN + path, "iat": int(now.timestamp())}
        if token:
            claims["ath"] = url64(hashlib.sha256(token.encode()).digest())
        return self.signed({name: value for name, value in (claims | other).items() if value is not None})

    def signed(self, claims: Any, *, key: Ed25519PrivateKey | None = None, **header: Any) -> str:
        head = {"typ": "dpop+jwt", "alg": "Ed25519", "jwk": self.jwk} | header
        head = {name: value for name, value in head.items() if value is not None}
        parts = ".".join(url64(json.dumps(part).encode()) for part in (head, claims))
        return f"{parts}.{url64((key or self.key).sign(parts.encode()))}"

    @property
    def jwk(self) -> dict[str, Any]:
        return {"kty": "OKP", "crv": "Ed25519", "x": url64(self.key.public_key().public_bytes_raw())}


def new_code(*, max_uses: int = 10, ttl_hours: int = 1, now: datetime | None = None) -> str:
    return make_code(ttl_hours, max_uses, permit=may_administer(LibraryEvent.MAKE_CODE), now=now or timezone.now()).code


def enrolled(hostname: str = "web-1", **options: Any) -> Agent:
    """Return a device that has its tokens."""
    return Agent(hostname=hostname).enrol(new_code(), **options)
