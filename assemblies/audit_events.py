"""What the library tells the audit."""

from django.utils.translation import gettext_noop as _

from devmode.audit.events import AuditEvent


class LibraryEvent(AuditEvent):
    """Changes of assemblies and of what is said about them, the official catalogue, and care for the library."""

    CREATE = "assembly.create", _("Add an assembly")
    UPDATE = "assembly.update", _("Change an assembly's fields or its script")
    DELETE = "assembly.delete", _("Delete an assembly")
    CLONE = "assembly.clone", _("Copy an assembly")
    IMPORT = "assembly.import", _("Import documents, all or none")
    EXPORT = "assembly.export", _("Export a domain or the whole library")
    REVERT = "assembly.revert", _("Bring back an earlier revision")
    DISCARD = "assembly.discard", _("Discard a pending write")
    ATTACH = "assembly.attach", _("Add or replace a file of an assembly")
    DETACH = "assembly.detach", _("Remove a file of an assembly")
    TAG_MANY = "assembly.tag_many", _("Add a tag to several assemblies, or remove it")
    CATEGORISE_MANY = "assembly.categorise_many", _("Move several assemblies to a category")
    CLONE_MANY = "assembly.clone_many", _("Copy several assemblies")
    DELETE_MANY = "assembly.delete_many", _("Delete several assemblies")
    SET_SETTING = "assembly.set_setting", _("Set something on an assembly")
    REMOVE_SETTING = "assembly.remove_setting", _("Remove a setting of an assembly")
    ADD_NOTE = "assembly.add_note", _("Add a note to an assembly")
    ADD_ALIAS = "assembly.add_alias", _("Give an assembly another name")
    TAKE_ORIGINAL = "assembly.take_original", _("Give a copy the content that its original has now")
    ADOPT_WITHDRAWN = "assembly.adopt_withdrawn", _("Copy a withdrawn official assembly to User-Created")
    ADOPT = "assembly.adopt", _("Take assemblies from a domain database")
    REKEY = "assembly.rekey", _("Replace legacy aliases by canonical GUIDs")
    FLUSH = "devmode.write", _("Write pending changes to their domain databases at once, in Dev Mode")
    SYNC = "official.sync", _("Synchronise the official catalogue")
    UNDO_SYNC = "official.undo", _("Undo a synchronisation of the official catalogue")
    REBUILD = "library.rebuild", _("Rebuild the working copy from the journal")
    RESTORE = "library.restore", _("Restore the library from a mirror")
    RUN = "run.submit", _("Run an assembly, or a text as a test run")
    READ_OUTPUT = "run.read_output", _("Read what a run printed (refusals only)")
    CANCEL_RUN = "run.cancel", _("Cancel a run or one of its work items")
    REORDER_RUN = "run.reorder", _("Move a work item in the queue")
    SET_RUN_DEFAULTS = "run.defaults", _("Set how long runs may take where nothing else says")
    ABANDON_RUN = "run.abandon", _("Give up a run whose worker does not answer")
    SEAL_RUNS = "runs.sealed", _("Runs that ended, with the hashes of their manifests and of their last events")
    RUNS_NOT_STARTED = "runs.not_started", _("Runs that were permitted, but never reached the queue")
    SWEEP_RUNS = "runs.swept", _("Remove old runs; their manifests and seals stay")
    CREATE_JOB = "schedule.create", _("Add a job that runs assemblies on time")
    CHANGE_JOB = "schedule.change", _("Change a job, or confirm what it runs")
    ENABLE_JOB = "schedule.enable", _("Enable a job, or confirm what it runs")
    DISABLE_JOB = "schedule.disable", _("Disable a job; also done by the library, when its last editor lost the right")
    DELETE_JOB = "schedule.delete", _("Delete a job with its history; its runs stay")
    HIDE_OCCURRENCES = "schedule.hide_history", _("Hide what a job ran up to now")
    MAKE_CODE = "device.make_code", _("Make an install code")
    DELETE_CODE = "device.delete_code", _("Delete an install code that no device has used")
    APPROVE_DEVICE = "device.approve", _("Approve a device's request for enrolment")
    DENY_DEVICE = "device.deny", _("Deny a device's request for enrolment")
    CHANGE_DEVICE = (
        "device.change",
        _("Quarantine, release, revoke or decommission a device, set its groups, tags, limits"),
    )
    ROTATE_SIGNING_KEY = "device.rotate_signing_key", _("Let another key sign what devices run")
    SET_HOSTING_TOKEN = (
        "upstream.set_token",
        "Set or forget the token for the hosting API, or look at it (refusals only)",
    )
    READ_OTHER_HEAD = "upstream.read_other", "Read the head of another repository (refusals only)"
    CHECK = "library.check", _("Check the databases on the page Health (refusals only)")
    VERIFY = "library.verify", _("Verify the library on the page Health (refusals only)")
