"""What the library tells the audit."""

from devmode.audit.events import AuditEvent


class LibraryEvent(AuditEvent):
    """Changes of assemblies and of what is said about them, the official catalogue, and care for the library."""

    CREATE = "assembly.create", "Add an assembly"
    UPDATE = "assembly.update", "Change an assembly's fields or its script"
    DELETE = "assembly.delete", "Delete an assembly"
    CLONE = "assembly.clone", "Copy an assembly"
    IMPORT = "assembly.import", "Import documents, all or none"
    REVERT = "assembly.revert", "Bring back an earlier revision"
    DISCARD = "assembly.discard", "Discard a pending write"
    ATTACH = "assembly.attach", "Add or replace a file of an assembly"
    DETACH = "assembly.detach", "Remove a file of an assembly"
    TAG_MANY = "assembly.tag_many", "Add a tag to several assemblies, or remove it"
    CATEGORISE_MANY = "assembly.categorise_many", "Move several assemblies to a category"
    CLONE_MANY = "assembly.clone_many", "Copy several assemblies"
    DELETE_MANY = "assembly.delete_many", "Delete several assemblies"
    SET_SETTING = "assembly.set_setting", "Set something on an assembly"
    REMOVE_SETTING = "assembly.remove_setting", "Remove a setting of an assembly"
    ADD_NOTE = "assembly.add_note", "Add a note to an assembly"
    TAKE_ORIGINAL = "assembly.take_original", "Give a copy the content that its original has now"
    ADOPT_WITHDRAWN = "assembly.adopt_withdrawn", "Copy a withdrawn official assembly to User-Created"
    ADOPT = "assembly.adopt", "Take assemblies from a domain database"
    REKEY = "assembly.rekey", "Replace legacy aliases by canonical GUIDs"
    FLUSH = "devmode.write", "Write pending changes to their domain databases at once, in Dev Mode"
    SYNC = "official.sync", "Synchronise the official catalogue"
    UNDO_SYNC = "official.undo", "Undo a synchronisation of the official catalogue"
    RESTORE = "library.restore", "Restore the library from a mirror"
    CHECK = "library.check", "Check the databases on the page Health (refusals only)"
    VERIFY = "library.verify", "Verify the library on the page Health (refusals only)"
