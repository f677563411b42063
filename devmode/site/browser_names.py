"""What a browser calls itself, as somebody would say it: its name and its system."""

# In this order: each calls itself also what comes after it.
BROWSERS = [
    ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
    ("curl/", "curl"),
]  # fmt: skip
SYSTEMS = [
    ("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iPadOS"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
]  # fmt: skip
LONGEST = 40


def browser_name(user_agent: str) -> str:
    """Return words such as "Firefox, Windows"; of what is not known its own beginning, "" where it says nothing."""
    known = (next((name for mark, name in marks if mark in user_agent), "") for marks in (BROWSERS, SYSTEMS))
    return ", ".join(filter(None, known)) or user_agent[:LONGEST]
