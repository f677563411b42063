"""Django's admin as an application, with the library's site in place of its own."""

from django.contrib.admin.apps import AdminConfig


class LibraryAdminConfig(AdminConfig):
    default_site = "borealis_assemblies.admin_site.LibrarySite"
