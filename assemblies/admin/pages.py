"""Every page of the library that Django's admin has no place for: its path below `/admin/`, its view and its name.

The list, the page, the creation and the deletion of an assembly stand at Django's own addresses (`assembly.py`).
"""

from collections.abc import Callable
from typing import Any

PAGES: list[tuple[str, Callable[..., Any], str]] = []
