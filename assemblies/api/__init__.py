"""The REST interface: each endpoint parses, makes one call, and represents what came of it."""
