"""Files vouched for by a signed manifest: `MANIFEST` lists `<sha256>  <path>` lines, `MANIFEST.minisig` signs it.

Every document must be listed and every listed document be there; what is read is compared as it is read, so nothing
can change between the check and the use.
"""

import hashlib
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from assemblies.bundles import Files
from assemblies.bundles.collect import SUFFIX, by_stem, printable
from assemblies.errors import Refusal, SyncRefused
from assemblies.official.signatures import is_minisign_signature
from assemblies.official.signing_keys import SigningKey

MANIFEST = "MANIFEST"
SIGNATURE = "MANIFEST.minisig"
MAX_MANIFEST_BYTES = 16 * 1024**2
MAX_SIGNATURE_BYTES = 4096

_LINE = re.compile(r"([0-9a-f]{64}) [ *](?:\./)?(\S.*)")


class SignedFiles:
    """`files`, each compared with its line of the manifest; `faults` holds what did not match."""

    def __init__(self, files: Files, digests: dict[str, str]) -> None:
        self.files = files
        self.digests = digests
        self.faults: dict[str, str] = {}
        self._signed_by_stem = by_stem(digests)

    def document_names(self) -> list[str]:
        names = self.files.document_names()
        listed = {name for name in self.digests if name.lower().endswith(SUFFIX)}
        self.faults |= {name: "is not in the signed manifest" for name in names if name not in listed}
        self.faults |= dict.fromkeys(listed.difference(names), "is in the signed manifest and not there")
        return names

    def sibling_names(self, stem: str) -> Collection[str]:
        # What was signed and is gone must be missed.
        return {*self.files.sibling_names(stem), *self._signed_by_stem.get(stem, ())}

    def read(self, name: str, *, max_bytes: int) -> bytes:
        try:
            content = self.files.read(name, max_bytes=max_bytes)
        except FileNotFoundError:
            if name in self.digests:
                self.faults.setdefault(name, "is in the signed manifest and not there")
            raise
        if hashlib.sha256(content).hexdigest() != self.digests.get(name):
            self.faults.setdefault(name, "is not what the signed manifest says")
        return content

    def check(self) -> None:
        """Raise SyncRefused when anything listed or read so far was not as signed."""
        faults = [(printable(name), reason) for name, reason in sorted(self.faults.items())]
        if faults:
            raise SyncRefused(
                "The official sync was refused; the catalogue is unchanged. The documents are not those that were "
                f"signed: {'; '.join(f'{name} {reason}' for name, reason in faults[:5])}.",
                reasons=[f"{name} {reason}" for name, reason in faults],
                skipped=[{"path": name, "reason": reason} for name, reason in faults],
            )


@contextmanager
def vouched_for(files: Files, keys: tuple[SigningKey, ...]) -> Iterator[Files]:
    """Give `files` to be read as one of `keys` signed them, or as they are where there are no keys.

    Raises SyncRefused when no manifest is signed or, at the end, when anything was not as signed.
    """
    if not keys:
        yield files
        return
    signed = SignedFiles(files, _signed_digests(files, keys))
    yield signed
    signed.check()


def _signed_digests(files: Files, keys: tuple[SigningKey, ...]) -> dict[str, str]:
    try:
        manifest = files.read(MANIFEST, max_bytes=MAX_MANIFEST_BYTES)
        signature = files.read(SIGNATURE, max_bytes=MAX_SIGNATURE_BYTES)
    except (FileNotFoundError, Refusal):
        manifest = signature = b""
    if not is_minisign_signature(signature, manifest, keys):
        reason = "The source is not signed by a pinned key."
        raise SyncRefused(
            f"The official sync was refused; the catalogue is unchanged. {reason} Sign the commit, the tag, or a "
            "MANIFEST, or correct BOREALIS_OFFICIAL_SIGNING_KEYS.",
            reasons=[reason],
            skipped=[],
        )
    lines = (_LINE.fullmatch(line) for line in manifest.decode("utf-8", "surrogateescape").split("\n"))
    return {line[2]: line[1] for line in lines if line is not None}
