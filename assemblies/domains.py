"""The words of the library: domains, kinds, types and operations.

Every other room speaks in these; nothing here knows of rows, files or requests.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Domain(models.TextChoices):
    """A level of trust; the value is its wire name."""

    OFFICIAL = "official", _("Official")
    COMMUNITY = "community", _("Community")
    USER = "user", _("User-Created")

    @property
    def alias(self) -> str:
        """The database alias that holds this domain's replica."""
        return "user_created" if self is Domain.USER else str(self.value)

    @classmethod
    def from_wire(cls, name: object) -> "Domain":
        """Read a wire name; `user_created` is accepted for `user`. Raises ValueError."""
        if not isinstance(name, str):
            raise ValueError(name)
        return cls("user" if name == "user_created" else name)


class Kind(models.TextChoices):
    """What an assembly is, which decides how its payload is read."""

    SCRIPT = "script", _("Script")
    WORKFLOW = "workflow", _("Workflow")
    ANSIBLE = "ansible", _("Ansible playbook")


class AssemblyType(models.TextChoices):
    """The language an assembly is written in."""

    POWERSHELL = "powershell", _("PowerShell")
    BATCH = "batch", _("Batch")
    BASH = "bash", _("Bash")
    PYTHON = "python", _("Python")
    ANSIBLE = "ansible", _("Ansible")
    WORKFLOW = "workflow", _("Workflow")

    @property
    def kind(self) -> Kind:
        if self is AssemblyType.WORKFLOW:
            return Kind.WORKFLOW
        return Kind.ANSIBLE if self is AssemblyType.ANSIBLE else Kind.SCRIPT


class OperatingSystem(models.TextChoices):
    """A system that scripts are written for."""

    WINDOWS = "windows", _("Windows")
    LINUX = "linux", _("Linux")
    MACOS = "macos", _("macOS")


class ExitMeaning(models.TextChoices):
    """What a script says by ending with a code."""

    SUCCESS = "success", _("Success")
    WARNING = "warning", _("Warning")
    FAILURE = "failure", _("Failure")
    REBOOT = "reboot", _("Reboot needed")


class Operation(models.TextChoices):
    """What a journal entry did."""

    CREATE = "create", _("Created")
    UPDATE = "update", _("Updated")
    DELETE = "delete", _("Deleted")
    CLONE = "clone", _("Cloned")
    IMPORT = "import", _("Imported")
    REVERT = "revert", _("Reverted")
    DISCARD = "discard", _("Discarded a pending write")
    ADOPT = "adopt", _("Adopted from a domain database")
    SYNC = "sync", _("Synchronised")
    REKEY = "rekey", _("Re-keyed")
    UNDO = "undo", _("Undid a synchronisation")


class LifeCycle(models.TextChoices):
    """How far an assembly is in its life."""

    DRAFT = "draft", _("Draft")
    APPROVED = "approved", _("Approved")
    DEPRECATED = "deprecated", _("Deprecated")
    REPLACED = "replaced", _("Replaced")


class UpstreamState(models.TextChoices):
    """How an official assembly stands to what its source publishes."""

    UP_TO_DATE = "up_to_date", _("Up to date")
    UPDATE_AVAILABLE = "update_available", _("Update available")
    LOCALLY_MODIFIED = "locally_modified", _("Locally modified")
    DIVERGED = "diverged", _("Diverged")
    NEW_UPSTREAM = "new_upstream", _("New upstream")
    REMOVED_UPSTREAM = "removed_upstream", _("Removed upstream")
