"""What the library's lists share."""

from devmode.read_only import ReadOnlyAdmin


class LibraryAdmin(ReadOnlyAdmin):
    """Read-only lists and pages, with the library's badges."""
