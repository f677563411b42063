"""What people named, drawn so that it reads as it is: no character of it turns the rest of a line round."""

from typing import Any

from django import template

from assemblies.documents.hidden_characters import undistorted

register = template.Library()


@register.filter(is_safe=True)
def visible(value: Any) -> Any:
    """Return a text with codes in place of what would distort the line, such as U+202E; other values as they are.

    For what is shown only, never for what is sent back: a form's values, addresses, data of scripts.
    """
    return undistorted(value) if isinstance(value, str) else value
