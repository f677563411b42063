"""Health: how every part of the library stands, and verifying all of it."""
