"""Django's admin as an application, with guarded doors in place of its own."""

from django.contrib.admin.apps import AdminConfig


class GuardedAdminConfig(AdminConfig):
    default_site = "devmode.login_page.GuardedSite"
