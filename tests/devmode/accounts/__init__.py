"""Roles, tokens, sessions and log-in."""
