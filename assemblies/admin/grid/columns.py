"""The headings of the list, and the numbers of its pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from assemblies.admin.grid.address import SIZES, ListAddress

# Headings by name, with the order each stands for, if any; times begin with the newest.
HEADINGS = [
    ("name", _("Name"), "display_name"),
    ("state", _("State"), ""),
    ("type", _("Type"), "assembly_type"),
    ("systems", _("OS"), ""),
    ("source", _("Source"), "source"),
    ("category", _("Category and path"), "category"),
    ("tags", _("Tags"), ""),
    ("changed", _("Changed"), "-updated_at"),
    ("by", _("By"), ""),
]
NEIGHBOURS = 2


@dataclass(frozen=True)
class Heading:
    """A column; `sorted` is the value of `aria-sort`, empty where the list is sorted by another one.

    Without an address the list cannot be sorted by it.
    """

    name: str
    title: Any
    address: str
    sorted: str


@dataclass(frozen=True)
class PageLink:
    """A page by its number; without a number it stands for those left out."""

    number: int | None
    address: str = ""
    is_current: bool = False


def headings(address: ListAddress) -> Iterator[Heading]:
    for name, title, order in HEADINGS:
        field = order.removeprefix("-")
        if not order:
            yield Heading(name, title, "", "")
        elif address.order.removeprefix("-") != field:
            yield Heading(name, title, address.query(order=order), "")
        else:
            down = address.order.startswith("-")
            turned = field if down else f"-{field}"
            yield Heading(name, title, address.query(order=turned), "descending" if down else "ascending")


def page_links(address: ListAddress, *, number: int, count: int) -> list[PageLink]:
    """Return the first, the last, and those around the current one."""
    last = -(-count // address.size)
    shown = [n for n in range(1, last + 1) if n in (1, last) or abs(n - number) <= NEIGHBOURS] if last > 1 else []
    links: list[PageLink] = []
    for n in shown:
        if links and links[-1].number is not None and n > links[-1].number + 1:
            links.append(PageLink(None))
        links.append(PageLink(n, address.query(page=n), n == number))
    return links


def size_links(address: ListAddress) -> list[PageLink]:
    return [PageLink(size, address.query(size=size), size == address.size) for size in SIZES]
