"""The audit: its chain, its API, and that nothing happens without it."""
