"""What persistence targets tell the audit."""

from django.utils.translation import gettext_noop as _

from devmode.audit.events import AuditEvent


class TargetEvent(AuditEvent):
    """What people decide about the copy; the copying itself is told by its state."""

    CREATE = "target.create", _("Add a persistence target")
    CONNECT = "target.connect", _("Add a connection to a database of a persistence target")
    ASSIGN = "target.assign", _("Choose the database that gets a copy of what was run")
    CLEAR = "target.clear", _("Copy what was run to no database any more")
    ENSURE = "target.ensure", _("Create what is missing of the tables of a persistence target")
    READ = "target.read", _("Read which persistence targets there are, or how the copy is (refusals only)")
    FLUSH = "target.flush", _("Copy at once what is to be copied (refusals only)")
    SKIP = "target.skip", _("Leave out a row that a persistence target rejects")
