"""What the library's pages share."""

from devmode.read_only import ReadOnlyAdmin


class LibraryAdmin(ReadOnlyAdmin):
    """Read-only pages with the library's badges."""

    class Media:
        css = {"all": ["assemblies/admin.css"]}
