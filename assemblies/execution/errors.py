"""What can go wrong with runs, as named facts."""

from django.utils.translation import gettext_noop as _

from assemblies.errors import Refusal


class RunNotFound(Refusal):
    default_message = _("There is no such run.")


class WorkItemNotFound(Refusal):
    default_message = _("There is no such work item.")


class ManifestNotFound(Refusal):
    default_message = _("There is no such manifest.")


class IllegalTransition(Refusal):
    default_message = _("The work item cannot go from this status to that one.")


class AlreadyFinalized(Refusal):
    default_message = _("The work item has ended; nothing about it changes any more.")


class StaleAttempt(Refusal):
    default_message = _("This worker does not hold this attempt of the work item; what it says is not accepted.")


class QueueFull(Refusal):
    default_message = _("Too many work items are queued; try again later.")


class LocalWorkerOff(Refusal):
    default_message = _("Nothing is run on this server: BOREALIS_LOCAL_WORKER does not allow it.")


class ContentNotFound(Refusal):
    default_message = _("The work item has no such file.")


class NoDevicesTargeted(Refusal):
    default_message = _("The targets name no device.")


class ConfirmCountRequired(Refusal):
    default_message = _("This goes to many devices: confirm how many.")


class CredentialsUnreadable(Refusal):
    default_message = _(
        "The credentials of this run cannot be decrypted: the secret key has changed since it was submitted."
    )
