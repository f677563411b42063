"""Whether a commit, or the tag that led to it, is signed by a known key: from the bytes git hashes, without git."""

import re
from collections.abc import Iterable

from assemblies.official.git.objects import Commit
from assemblies.official.signatures import BEGIN, is_ssh_signature
from assemblies.official.signing_keys import SigningKey

_SIGNATURE_HEADER = re.compile(rb"^(gpgsig[^ \n]*) ([^\n]*(?:\n [^\n]*)*)\n", re.MULTILINE)


def is_signed_commit(commit: Commit, keys: Iterable[SigningKey]) -> bool:
    """Say whether one of `keys` signed the commit itself, as `git commit -S` does."""
    headers, separator, body = commit.raw.partition(b"\n\n")
    headers += b"\n"
    signatures = [value for name, value in _SIGNATURE_HEADER.findall(headers) if name == b"gpgsig"]
    if len(signatures) != 1:
        return False
    unsigned = _SIGNATURE_HEADER.sub(b"", headers) + separator[1:] + body
    return is_ssh_signature(signatures[0].replace(b"\n ", b"\n"), unsigned, keys)


def is_signed_tag(commit: Commit, keys: Iterable[SigningKey]) -> bool:
    """Say whether one of `keys` signed the annotated tag that led to the commit, as `git tag -s` does."""
    position = commit.tag.rfind(b"\n" + BEGIN)
    if position < 0:
        return False
    return is_ssh_signature(commit.tag[position + 1 :], commit.tag[: position + 1], keys)
