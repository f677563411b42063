"""Who a device is, for every route of agents: an access token, and a proof of the key that it is bound to.

Knows nothing of the framework, so that the web server and the realtime server ask the same. A device is no user:
what is returned has no role, and no grant of Dev Mode can be bound to it.
"""

from dataclasses import dataclass
from datetime import datetime

from assemblies.fleet.access_tokens import AccessClaims, read_access_token
from assemblies.fleet.errors import (
    SCHEME,
    DeviceGuidMismatch,
    DeviceRevoked,
    DeviceUnknown,
    DpopMismatch,
    FingerprintMismatch,
    MissingAuthorization,
    TokenVersionRevoked,
)
from assemblies.fleet.models import Device
from assemblies.fleet.proofs import Proof, read_proof


@dataclass(frozen=True)
class DevicePrincipal:
    """A device that has proved who it is; `device` is its row as it was read with the request.

    What must not be done twice spends `proof` (`fleet.message`).
    """

    device: Device
    proof: Proof
    is_authenticated: bool = True

    @property
    def guid(self) -> str:
        return self.device.guid

    @property
    def worker_id(self) -> str:
        """What it is called as a worker, and as the actor of its messages."""
        return f"device:{self.device.guid}"


@dataclass(frozen=True, kw_only=True)
class DeviceRequest:
    """What of a request says who sends it: both headers as they came, the method, the path without its query."""

    authorization: str
    proof: str
    method: str
    path: str


def authenticate_device(request: DeviceRequest, *, now: datetime) -> DevicePrincipal:
    """Return the device that sent a request. Reads, and writes nothing.

    Raises MissingAuthorization, InvalidToken, TokenExpired, InvalidClaims, DpopRequired, DpopInvalid, DpopMismatch,
    DeviceUnknown, DeviceRevoked, FingerprintMismatch, TokenVersionRevoked.
    """
    scheme, _space, token = request.authorization.partition(" ")
    if scheme.lower() != SCHEME.lower() or not token.strip():
        raise MissingAuthorization
    token = token.strip()
    claims = read_access_token(token, now=now)
    proof = read_proof(request.proof, method=request.method, path=request.path, now=now, access_token=token)
    if proof.jkt != claims.jkt:
        raise DpopMismatch
    return DevicePrincipal(_find_device(claims), proof)


def require_guid(principal: DevicePrincipal, guid: str) -> None:
    """Raise DeviceGuidMismatch where a request names another device than its token."""
    if guid.upper() != principal.guid:
        raise DeviceGuidMismatch


def _find_device(claims: AccessClaims) -> Device:
    # Nobody asks for what it reported of itself, which may be much.
    device = Device.objects.defer("inventory").filter(guid=claims.guid).first()
    if device is None:
        raise DeviceUnknown
    if not device.is_enrolled:
        raise DeviceRevoked
    if device.fingerprint != claims.fingerprint:
        raise FingerprintMismatch
    if device.token_version != claims.token_version:
        raise TokenVersionRevoked
    return device
