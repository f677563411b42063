"""The history of an assembly: its revisions, what differs between two of them, and the way back to one."""
