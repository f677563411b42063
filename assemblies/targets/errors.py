"""What can go wrong with persistence targets, as named facts."""

from django.utils.translation import gettext_noop as _

from assemblies.errors import Refusal


class TargetNotFound(Refusal):
    default_message = _("There is no such persistence target.")


class ConnectionNotFound(Refusal):
    default_message = _("There is no such connection of a persistence target.")


class TargetNameTaken(Refusal):
    default_message = _("Another persistence target already has this name.")


class ConnectionExists(Refusal):
    default_message = _("This target already has a connection to this database.")


class OwnDatabase(Refusal):
    default_message = _("This is one of the library's own databases; name another one.")


class UnsupportedEngine(Refusal):
    default_message = _("This engine has not been tried with the library and is not connected to.")


class ConnectionNotLive(Refusal):
    default_message = _("The database cannot be reached now.")


class NothingAssigned(Refusal):
    default_message = _("No persistence target is assigned.")


class NothingRejected(Refusal):
    default_message = _("The target rejects no row of this stream.")
