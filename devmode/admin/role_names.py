"""What roles are called on pages, of accounts and of the audit; `Role` itself is what entries keep for ever."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from devmode.actor import Role

ROLE_NAMES: dict[str, Any] = {
    Role.VIEWER: _("Viewer"),
    Role.OPERATOR: _("Operator"),
    Role.ADMINISTRATOR: _("Administrator"),
    Role.COMMAND: _("Command"),
    Role.ANONYMOUS: _("Not signed in"),
}
