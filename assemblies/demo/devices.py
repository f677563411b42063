"""The devices of the demonstration: they enrol as real ones do, with keys of their own, and report what they are."""

import base64
import secrets
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils import timezone

from assemblies.audit_events import LibraryEvent
from assemblies.fleet.approvals import Decision, approve, deny
from assemblies.fleet.audit import permit_of
from assemblies.fleet.details import Report, store_report
from assemblies.fleet.devices import DeviceChanges, change_device
from assemblies.fleet.enrolment import poll_enrolment, request_enrolment, signed_content
from assemblies.fleet.install_codes import make_code
from assemblies.fleet.models import DeviceApproval, DeviceStatus
from assemblies.fleet.presence import presence
from devmode.actor import Actor

ADDRESS = "192.0.2.10"
SERVERS = ("fs1", "fs2", "web-hill", "web-lake")
LINUX = {"os": "Debian GNU/Linux 12 (bookworm)", "release": "6.1.0-28-amd64", "machine": "x86_64", "processors": "4"}
WINDOWS = {"os": "Windows 10.0.22631", "release": "11", "machine": "AMD64", "processors": "8"}


@dataclass(frozen=True)
class Machine:
    """One machine with a key of its own."""

    hostname: str
    key: Ed25519PrivateKey

    def ask(self, code: str) -> DeviceApproval:
        der = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        sent = {
            "hostname": self.hostname,
            "enrollment_code": code,
            "agent_pubkey": base64.b64encode(der).decode(),
            "client_nonce": base64.b64encode(secrets.token_bytes(16)).decode(),
        }
        return request_enrolment(sent, remote_address=ADDRESS, now=timezone.now())

    def collect(self, approval: DeviceApproval) -> None:
        signature = self.key.sign(signed_content(approval))
        sent = {
            "approval_reference": approval.approval_reference,
            "client_nonce": approval.client_nonce,
            "proof_sig": base64.b64encode(signature).decode(),
        }
        poll_enrolment(sent, now=timezone.now())


def enrol_devices(administrator: Actor) -> None:
    """Four servers, and a desk in quarantine that calls itself something else; two that wait, one that was denied."""
    code = _code(administrator, uses=10)
    for hostname in SERVERS:
        guid = _enrol(hostname, code, administrator)
        _set(guid, administrator, groups=["servers", hostname.partition("-")[0].rstrip("12")], tags=["night"])
        _report(guid, Report(capabilities=["Ansible", "Bash", "Python"], inventory=LINUX))
    desk = _enrol("DESKTOP-4711", code, administrator, hostname="reception")
    _report(desk, Report(hostname="DESKTOP-0815", capabilities=["Batch", "PowerShell"], inventory=WINDOWS))
    _set(desk, administrator, status=DeviceStatus.QUARANTINED)
    unknown = _machine("kali").ask(code)
    deny(unknown.pk, permit=permit_of(administrator, LibraryEvent.DENY_DEVICE), now=timezone.now())
    for hostname in ("web-lake", "backup-new"):
        _machine(hostname).ask(code)
    _code(administrator, uses=2)


def _enrol(reported: str, code: str, administrator: Actor, *, hostname: str = "") -> str:
    """Enrol a machine and return its GUID."""
    machine = _machine(reported)
    asked = machine.ask(code)
    permit = permit_of(administrator, LibraryEvent.APPROVE_DEVICE)
    decision = Decision(fingerprint=asked.fingerprint, hostname=hostname)
    approved = approve(asked.pk, decision, permit=permit, now=timezone.now())
    machine.collect(approved)
    return approved.device.guid if approved.device else ""


def _report(guid: str, report: Report) -> None:
    now = timezone.now()
    store_report(guid, report, now=now)
    presence.note_all([guid], now=now)


def _set(guid: str, administrator: Actor, **changes: Any) -> None:
    permit = permit_of(administrator, LibraryEvent.CHANGE_DEVICE)
    change_device(guid, DeviceChanges(**changes), permit=permit, now=timezone.now())


def _code(administrator: Actor, *, uses: int) -> str:
    permit = permit_of(administrator, LibraryEvent.MAKE_CODE)
    return make_code(24, uses, permit=permit, now=timezone.now()).code


def _machine(hostname: str) -> Machine:
    return Machine(hostname, Ed25519PrivateKey.generate())
