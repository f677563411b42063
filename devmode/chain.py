"""Hash chaining for append-only records: each hash covers the record's facts and the hash before it."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Protocol, TypeVar

import orjson
from django.db import DatabaseError


class Link(Protocol):
    """What chained records have in common; sequences start at 1 and have no gaps."""

    sequence: int
    previous_hash: str
    hash: str


# Kept, for making an encoder takes about as long as encoding an entry with it.
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
SPELLED_ALIKE = {str, int, bool}
AnyLink = TypeVar("AnyLink", bound=Link)


def chained_hash(previous_hash: str, facts: Mapping[str, object]) -> str:
    """Return the SHA-256, in hexadecimal, of `facts` following `previous_hash`."""
    return hashlib.sha256(_spelled([previous_hash, facts], facts)).hexdigest()


def _spelled(value: object, facts: Mapping[str, object]) -> bytes:
    """Return a value as JSON, in the one spelling of every release. orjson is five times as fast, and spells texts and
    numbers of 64 bits alike; fractions it does not."""
    if set(map(type, facts.values())) <= SPELLED_ALIKE:
        with suppress(orjson.JSONEncodeError):
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return _encode(value).encode()


def find_chain_breaks(
    links: Iterable[AnyLink],
    hash_of: Callable[[AnyLink], str],
    find_head: Callable[[], tuple[int, str]],
    *,
    chain: str,
) -> Iterator[tuple[int, str]]:
    """Yield (sequence, what is wrong) for each place where `links`, in order, do not hold together.

    `find_head` returns the sequence and hash that the last link must have; `chain` names the chain in words.
    """
    previous_hash, expected = "", 1
    try:
        for link in links:
            if link.sequence != expected:
                yield expected, f"an entry of the {chain} is missing"
            elif not _follows(link, previous_hash, hash_of):
                yield link.sequence, f"the {chain}'s entry was altered"
            previous_hash, expected = link.hash, link.sequence + 1
    except (TypeError, ValueError, DatabaseError):
        yield expected, f"an entry of the {chain}, here or later, cannot be read"
        return
    if find_head() != (expected - 1, previous_hash):
        yield expected, f"the {chain}'s tail was cut"


def _follows(link: AnyLink, previous_hash: str, hash_of: Callable[[AnyLink], str]) -> bool:
    try:
        return link.previous_hash == previous_hash and link.hash == hash_of(link)
    except (AttributeError, TypeError, ValueError):
        # What a careless hand wrote into a column need not even be of the column's type.
        return False
