"""Output of scripts in a page: colours as classes; nothing else that an escape sequence or a character says counts."""

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from assemblies.documents.hidden_characters import visible_pieces
from assemblies.execution.models import RunOutput

SGR = re.compile(r"\x1b\[([0-9;]*)m")
COLOURS = {str(30 + number): f"ansi-{number}" for number in range(8)}
COLOURS |= {str(90 + number): f"ansi-{number} ansi-bold" for number in range(8)}
BOLD, RESETS = "1", {"", "0"}
DEFAULT_COLOUR = "39"


def rendered(
    chunks: Iterable[RunOutput], labels: Mapping[str, str] = MappingProxyType({}), last: str = ""
) -> SafeString:
    """Return chunks as HTML. A colour ends with its chunk.

    Where the output of another of the items named in `labels` begins, its label stands in front; `last` is the item
    whose output came before.
    """
    return mark_safe("".join(_pieces(chunks, labels, last)))  # noqa: S308  # `_pieces` escapes


def _pieces(chunks: Iterable[RunOutput], labels: Mapping[str, str], last: str) -> Iterator[str]:
    for chunk in chunks:
        if chunk.work_item_hash != last and (label := labels.get(chunk.work_item_hash)):
            yield format_html('<span class="output-node ansi-bold">— {} —\n</span>', mark_safe(_visible(label)))  # noqa: S308
        last = chunk.work_item_hash
        yield _chunk(chunk)


def _chunk(chunk: RunOutput) -> str:
    text = bytes(chunk.content).decode(errors="replace").replace("\r\n", "\n")
    return format_html('<span class="output-{}">{}</span>', chunk.stream, mark_safe("".join(_coloured(text))))  # noqa: S308


def _coloured(text: str) -> Iterator[str]:
    classes: list[str] = []
    # The odd parts are what stands between the introducer of a colour and its `m`.
    for number, part in enumerate(SGR.split(text)):
        if number % 2:
            classes = _after(classes, part)
        elif part and classes:
            yield f'<span class="{" ".join(classes)}">{_visible(part)}</span>'
        else:
            yield _visible(part)


def _after(classes: list[str], codes: str) -> list[str]:
    for code in codes.split(";"):
        if code in RESETS:
            classes = []
        elif code == BOLD:
            classes = [*classes, "ansi-bold"]
        elif code in COLOURS or code == DEFAULT_COLOUR:
            kept = [name for name in classes if name == "ansi-bold"]
            classes = [*kept, COLOURS[code]] if code in COLOURS else kept
    return classes


def _visible(text: str) -> str:
    return "".join(
        f'<span class="hidden-character" title="{escape(name)}">{escape(piece)}</span>' if name else escape(piece)
        for piece, name in visible_pieces(text)
    )
