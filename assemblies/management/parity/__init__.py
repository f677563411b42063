"""Does a server answer as older clients expect? The checklist, the client that goes through it, the guide's table."""
