"""What can go wrong with devices, as named facts."""

from django.utils.translation import gettext_noop as _

from assemblies.errors import Failure


class SigningKeyUnreadable(Failure):
    default_message = _("The key that signs work for devices cannot be read; BOREALIS_SIGNING_KEY_FILE names it.")
