"""Django's admin as an application, with the library's site in place of its own."""

from django.contrib.admin.apps import SimpleAdminConfig


class LibraryAdminConfig(SimpleAdminConfig):
    """Imports no page: the site does when its addresses are wanted. Commands need none."""

    default_site = "borealis_assemblies.admin_site.LibrarySite"
