"""Logging in and out over REST, and what every endpoint shares. Knows nothing of assemblies."""
