"""What can be wrong with an order, as named facts. No message repeats a value: values may be secret."""

import re


class SupervisionError(Exception):
    """The run could not be supervised."""

    code = "supervision_error"

    def __init__(self, message: str = "", *, field: str = "") -> None:
        self.message = message or (type(self).__doc__ or "").strip()
        self.field = field
        super().__init__(f"{field}: {self.message}" if field else self.message)

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


class InvalidOrder(SupervisionError):
    """The order has a value that is not allowed."""


class InvalidVariableName(InvalidOrder):
    """This name cannot be given to a script of this language."""


class ForbiddenVariableName(InvalidOrder):
    """A variable of this name could change which code runs."""


class DuplicateVariableName(InvalidOrder):
    """Two variables have one name in the environment."""


class ForbiddenVariableValue(InvalidOrder):
    """The value contains a character that this language would act upon."""


class VariableTooLong(InvalidOrder):
    """The value is longer than an environment can carry."""


class ForbiddenFileName(InvalidOrder):
    """A file of this name cannot be placed next to the script."""


class DuplicateFileName(InvalidOrder):
    """Two files have one name."""


class AmbiguousInventory(InvalidOrder):
    """More than one file could be the inventory."""


class NotStarted(SupervisionError):
    """The script was not started."""


class ContentMismatch(NotStarted):
    """The bytes are not those of the SHA-256 that was given."""


class InterpreterMissing(NotStarted):
    """This machine has no program that runs this script."""


class AccountUnavailable(NotStarted):
    """The script cannot run as that account."""


class StartFailed(NotStarted):
    """The operating system did not start the script."""


class UnsupportedPlatform(NotStarted):
    """Process trees are supervised on Linux and Windows only."""


class BrokenFrame(SupervisionError):
    """The other party ended in the middle of a message, or sent something else."""
