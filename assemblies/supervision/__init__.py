"""Runs one script and answers for its process tree: what it may see, what it says, and that nothing of it is left.

Standard library only, and nothing else of this project: the same room runs scripts for the library's worker and for
the agent on a device, from a folder or from within one file. It knows neither queues nor databases nor assemblies.
"""

from .cancelable import Cancelable
from .ending import Ending, ending_of, is_successful
from .errors import InvalidOrder, NotStarted, SupervisionError
from .events import Chunk, Ended, Event, Forgotten, Outcome, Result, Started
from .interpreters import find_interpreters, runnable
from .order import Content, Language, Limits, Order, check_file_names, check_variables
from .orphans import sweep_orphans
from .output import StreamSummary
from .running import RunningScript, supervise
from .variables import Variable, environment_name

__all__ = [
    "Cancelable",
    "Chunk",
    "Content",
    "Ended",
    "Ending",
    "Event",
    "Forgotten",
    "InvalidOrder",
    "Language",
    "Limits",
    "NotStarted",
    "Order",
    "Outcome",
    "Result",
    "RunningScript",
    "Started",
    "StreamSummary",
    "SupervisionError",
    "Variable",
    "check_file_names",
    "check_variables",
    "ending_of",
    "environment_name",
    "find_interpreters",
    "is_successful",
    "runnable",
    "supervise",
    "sweep_orphans",
]
