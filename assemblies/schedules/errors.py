"""What can go wrong with jobs, as named facts."""

from django.utils.translation import gettext_noop as _

from assemblies.errors import Refusal


class JobNotFound(Refusal):
    default_message = _("Job not found.")


class OccurrenceNotFound(Refusal):
    default_message = _("Occurrence not found.")


class JobChanged(Refusal):
    default_message = _("The job was changed since you read it; read it again.")


class NothingRan(Refusal):
    default_message = _("The job has not run yet.")


class ContentChanged(Refusal):
    default_message = _("An assembly has changed since it was confirmed for this job; confirm it to run it again.")


class ActorNotPermitted(Refusal):
    default_message = _("Who last edited the job may not run it any more.")


class ComponentUnresolvable(Refusal):
    default_message = _("An assembly of the job cannot be found or read.")


class Overtaken(Exception):
    """Another scheduler, or an edit, came first; nothing was written."""
