"""What stops an agent, or a piece of work. Each is one line on stderr and an exit code, never a stack trace."""

from collections.abc import Mapping
from typing import Any


class AgentError(Exception):
    """Something the owner of the device has to know. `exit_code` is what a service manager sees."""

    exit_code = 1

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


class Unreachable(AgentError):
    """The server did not answer, or what answered is no library. Worth another try."""

    exit_code = 75


class NotEnrolled(AgentError):
    """This device is not, or no longer, one of the server's: somebody has to enrol it. Trying again is of no use."""

    exit_code = 3


class ServerRefused(AgentError):
    """The server answered with an error. `code` is its name, `retry_after` seconds that it wants to be left alone."""

    def __init__(self, status: int, body: Mapping[str, Any], retry_after: float = 0.0) -> None:
        self.status = status
        self.code = str(body.get("code") or body.get("error") or f"http_{status}")
        self.server_time = body.get("server_time")
        self.retry_after = retry_after
        super().__init__(str(body.get("message") or f"The server answered {status} {self.code}."))


class WorkRefused(AgentError):
    """This piece of work is not run. `code` is what the server is told."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)
