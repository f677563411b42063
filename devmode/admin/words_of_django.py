"""What Django's pages of accounts say and has no German yet: named here, so that our own catalogue has it.

Nothing reads this list but `makemessages`.
"""

from django.utils.translation import gettext_noop as _

WORDS = (
    _("After you’ve created a user, you’ll be able to edit more user options."),
    _("Password-based authentication"),
    _(
        "Whether the user will be able to authenticate using a password or not. If disabled, they may still be able to "
        "authenticate using other backends, such as Single Sign-On or LDAP."
    ),
    _("Raw passwords are not stored, so there is no way to see the user’s password."),
    _("Reset password"),
)
