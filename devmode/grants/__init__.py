"""Dev Mode: what somebody may do for a while. `lifecycle` issues, uses and ends grants; `dev_mode` leads there."""

from devmode.grants.lifecycle import (
    CLOCK_TOLERANCE,
    GrantEnded,
    end,
    end_broken,
    end_of_bearer,
    end_of_user,
    find_live,
    issue,
    list_ended,
    list_live,
    list_live_of,
    session_digest,
    token_digest,
    use,
)

__all__ = [
    "CLOCK_TOLERANCE",
    "GrantEnded",
    "end",
    "end_broken",
    "end_of_bearer",
    "end_of_user",
    "find_live",
    "issue",
    "list_ended",
    "list_live",
    "list_live_of",
    "session_digest",
    "token_digest",
    "use",
]
