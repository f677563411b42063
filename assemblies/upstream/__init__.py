"""The upstream repository: its head, the hosting API, and the token for it. Nothing else speaks to that API."""
