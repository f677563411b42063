"""The journal, its replicas, and what carries entries from one to the other."""
