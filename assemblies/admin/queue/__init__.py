"""The write queue as a page: what waits for its database, and writing or discarding it."""
