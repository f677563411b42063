"""What persistence targets tell the audit."""

from devmode.audit.events import AuditEvent


class TargetEvent(AuditEvent):
    """What people decide about the copy; the copying itself is told by its state."""

    CREATE = "target.create", "Add a persistence target"
    CONNECT = "target.connect", "Add a connection to a database of a persistence target"
    ASSIGN = "target.assign", "Choose the database that gets a copy of what was run"
    CLEAR = "target.clear", "Copy what was run to no database any more"
    ENSURE = "target.ensure", "Create what is missing of the tables of a persistence target"
    READ = "target.read", "Read which persistence targets there are, or how the copy is (refusals only)"
    FLUSH = "target.flush", "Copy at once what is to be copied (refusals only)"
    SKIP = "target.skip", "Leave out a row that a persistence target rejects"
