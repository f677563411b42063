"""What can go wrong with devices, as named facts.

What agents are told (`AgentRefusal`) is read by programs and in their logs: it is English and not translated, and its
codes are part of the protocol. A 401 is `Unproven`: another token or proof may help. A 403 is `Barred`: none will.
"""

from django.utils.translation import gettext_noop as _

from assemblies.errors import Failure, Refusal

# How devices say who they are, and what a 401 asks them for.
SCHEME = "DPoP"


class SigningKeyUnreadable(Failure):
    default_message = _("The key that signs work for devices cannot be read; BOREALIS_SIGNING_KEY_FILE names it.")


class SigningKeyChanged(Refusal):
    default_message = _("The key that signs work for devices was replaced by somebody else at the same time.")


class DeviceNotKnown(Refusal):
    default_message = _("There is no such device.")


class DeviceEnded(Refusal):
    default_message = _("This device was revoked or decommissioned; to work again it has to be enrolled again.")


class DeviceGuidTaken(Refusal):
    default_message = _("A device had this GUID before; its work is never handed over to another one.")


class CodeNotFound(Refusal):
    default_message = _("There is no such install code.")


class CodeUsed(Refusal):
    default_message = _("A device has used this install code; it stays until it expires.")


class InvalidTtl(Refusal):
    default_message = _("An install code lasts 1, 3, 6, 12 or 24 hours, for 1 to 10 devices.")


class ApprovalNotFound(Refusal):
    default_message = _("There is no such request for enrolment.")


class ApprovalNotPending(Refusal):
    default_message = _("This request for enrolment was decided already, or has expired.")


class ApprovalChanged(Refusal):
    default_message = _("The fingerprint is not the one of this request; compare it again.")


class ConflictResolutionRequired(Refusal):
    default_message = _("Another device has this name: choose whether the new one replaces it or both stay.")


class AgentRefusal(Refusal):
    default_message = "The device's request was refused."


class Unproven(AgentRefusal):
    default_message = "The device has not proved who it is."


class Barred(AgentRefusal):
    default_message = "The device may not do this."


class RateLimited(AgentRefusal):
    default_message = "Too many requests; try again after a minute."


class InvalidRequest(AgentRefusal):
    default_message = "The body must be a JSON object with exactly the fields of this request."


class HostnameRequired(AgentRefusal):
    default_message = "Send the device's hostname."


class EnrollmentCodeRequired(AgentRefusal):
    default_message = "Send an enrollment_code."


class AgentPubkeyRequired(AgentRefusal):
    default_message = "Send agent_pubkey, the base64 of an Ed25519 key's SubjectPublicKeyInfo."


class ClientNonceRequired(AgentRefusal):
    default_message = "Send client_nonce, the base64 of at least 16 random bytes."


class InvalidAgentPubkey(AgentRefusal):
    default_message = "agent_pubkey is not the base64 of an Ed25519 key's SubjectPublicKeyInfo."


class InvalidClientNonce(AgentRefusal):
    default_message = "client_nonce is not the base64 of 16 to 256 bytes."


class InvalidEnrollmentCode(AgentRefusal):
    default_message = "The enrollment code is unknown, has expired or is used up."


class Unknown(AgentRefusal):
    default_message = "No request for enrolment has this reference."


class NonceMismatch(AgentRefusal):
    default_message = "The client nonce is not the one of the request."


class InvalidProofSig(AgentRefusal):
    default_message = "proof_sig is not the base64 of 64 bytes."


class InvalidProof(AgentRefusal):
    default_message = "The signature does not verify with the key of the request."


class ProofReplayed(AgentRefusal):
    default_message = "Another poll has collected the tokens of this enrolment."


class InvalidRefreshToken(Unproven):
    default_message = "The refresh token is unknown."


class RefreshTokenRevoked(Unproven):
    default_message = "The refresh token was revoked or has been used before; enrol again."


class RefreshTokenExpired(Unproven):
    default_message = "The refresh token has expired; enrol again."


class DpopRequired(Unproven):
    default_message = "Send a DPoP header with a proof of the device's key."


class DpopInvalid(Unproven):
    default_message = "The DPoP proof is malformed, does not verify, or is for another request or time."


class DpopMismatch(Unproven):
    default_message = "The DPoP proof is of another key than the token."


class DpopReplayed(Unproven):
    default_message = "The DPoP proof has been used before."


class MissingAuthorization(Unproven):
    default_message = "Send the header Authorization: DPoP … with an access token."


class InvalidToken(Unproven):
    default_message = "The access token is not one of this server's."


class TokenExpired(Unproven):
    default_message = "The access token has expired; refresh it."


class InvalidClaims(Unproven):
    default_message = "The access token does not say what is needed."


class TokenVersionRevoked(Unproven):
    default_message = "The device's access tokens were revoked; refresh them."


class DeviceNotFound(AgentRefusal):
    default_message = "This server does not know the device; enrol again."


class DeviceUnknown(Barred):
    """The same fact where a token names the device: 403, not 404."""

    code = DeviceNotFound.code
    default_message = DeviceNotFound.default_message


class DeviceGuidMismatch(Barred):
    default_message = "The request names another device than the token."


class FingerprintMismatch(Barred):
    default_message = "The token is for another key than the device has."


class DeviceRevoked(Barred):
    default_message = "The device was revoked."


class InvalidResultSignature(AgentRefusal):
    default_message = "The result is not signed by the device's key."
