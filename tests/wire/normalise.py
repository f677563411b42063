"""Take out what differs from one run to the next, keeping what is equal within a run recognisable as equal."""

import json
import re

UUID4 = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b|"
    r"\b[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}\b"
)
ROW_ID = re.compile(
    r'(?<="id":)\d+|(?<=/grants/)\d+|(?<=/scheduled_jobs/)\d+|(?<="job_id":)\d+|(?<="occurrence":)\d+|(?<="grant":)\d+|'
    r"(?<=/enrollment-codes/)\d+|(?<=/device-approvals/)\d+"
)
# What devices and the server make afresh each time, in bodies as they are sent and as they are answered.
FRESH = ("server_nonce", "proof_sig", "access_token", "refresh_token", "signing_key", "signature", "variables")
NUMBERED = {
    "guid": UUID4,
    "row": ROW_ID,
    "state": re.compile(r'(?<=-)[0-9a-f]{16}(?=-\d+-\d+-[va]["-])'),
    "stamp": re.compile(r'(?<=-[va]-)[0-9a-f]{12}(?=")'),
    "rules": re.compile(r'(?<="rule_set":")[0-9a-f]{16}'),
    "token": re.compile(r'(?<="token":")[^"]+'),
    "bytes": re.compile(
        "|".join(f'(?<="{name}":{blank}")[0-9A-Za-z+/=._-]{{16,}}' for name in FRESH for blank in ("", " "))
        + '|(?<="manifest":")eyJ[0-9A-Za-z+/=]{16,}'
        + "|(?:[0-9A-F]{4}-){7}[0-9A-F]{4}|(?<=DPoP: )[^ \n]{16,}|(?<=Authorization: DPoP )[^ \n]{16,}"
    ),
    "hash": re.compile(
        r'(?<="hash":")[0-9a-f]{64}|(?<="manifest_hash":")[0-9a-f]{64}|(?<="sealed_hash":")[0-9a-f]{64}|'
        r'(?<="last_event_hash":")[0-9a-f]{64}|(?<="manifest":")[0-9a-f]{64}|(?<="hashes": \[")[0-9a-f]{64}'
    ),
}
# How long something took, and what is worded for people.
LEFT_OUT = {
    "seconds": re.compile(r'(?<="elapsed_seconds":)[\d.e-]+|(?<="duration_seconds":)[\d.e-]+'),
    "program": re.compile(r'(?<="interpreter":)"[^"]*"'),
    "words": re.compile(r'(?<="message":)"(?:[^"\\]|\\.)+"'),
    "sentences": re.compile(r'(?<="fields":)\{(?:[^{}"]|"(?:[^"\\]|\\.)*")*\}'),
}
# PostgreSQL keeps the fields of stored JSON in an order of its own.
UNORDERED = re.compile(r'(?<="counts":)\{[^{}]*\}')


class Normaliser:
    """Numbers what is generated, in the order of its appearance; `folder` is where the test keeps its files."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._seen: dict[str, dict[str, int]] = {kind: {} for kind in NUMBERED}

    def __call__(self, text: str) -> str:
        text = text.replace(self._folder, "<folder>")
        for kind, pattern in NUMBERED.items():
            text = pattern.sub(lambda found, kind=kind: self._numbered(kind, found[0]), text)  # type: ignore[misc]
        text = UNORDERED.sub(lambda found: json.dumps(json.loads(found[0]), sort_keys=True), text)
        for kind, pattern in LEFT_OUT.items():
            text = pattern.sub(f"<{kind}>", text)
        return text

    def _numbered(self, kind: str, value: str) -> str:
        seen = self._seen[kind]
        return f"<{kind} {seen.setdefault(value, len(seen) + 1)}>"
