"""One question to a part of the library, whose trouble is an answer like any other."""

import logging
from collections.abc import Callable

from django.db import Error as DatabaseError

from assemblies.errors import Failure
from assemblies.journal.flush import explain

logger = logging.getLogger(__name__)


def trouble_with(question: Callable[[], object]) -> str:
    """Ask, and return what is wrong in words without paths; "" when nothing is."""
    try:
        question()
    except (DatabaseError, Failure, OSError) as error:
        logger.warning("examine: %s", error)
        return explain(error)
    return ""
