"""The head of the upstream repository."""
