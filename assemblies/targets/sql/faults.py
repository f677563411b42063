"""What an engine refused, by its codes: its own words may contain rows and addresses, and are told to nobody."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import exc


class Fault(StrEnum):
    """Codes that operators and programs read."""

    UNREACHABLE = "target_unreachable"
    AUTHENTICATION = "authentication_failed"
    NO_DATABASE = "database_missing"
    FORBIDDEN = "permission_denied"
    FULL = "target_full"
    BUSY = "target_busy"
    UNIQUE = "unique_violation"
    CONFLICT = "event_conflict"
    NOT_NULL = "not_null_violation"
    CONSTRAINT = "constraint_violation"
    VALUE = "value_rejected"
    SCHEMA = "schema_differs"
    OWN_DATABASE = "own_database"
    NOT_ALLOWED = "address_not_allowed"
    OTHER = "target_error"

    @property
    def passes(self) -> bool:
        """Whether it is a state of the target that may end by itself, rather than a refused row or statement."""
        return self in {Fault.UNREACHABLE, Fault.BUSY}


class TargetFault(Exception):
    """A target did not do what it was sent; `place` names the table and the key of the row, if it was about one."""

    def __init__(self, fault: Fault, place: Mapping[str, str]) -> None:
        self.fault, self.place = fault, place
        super().__init__(" ".join([fault.value, *place.values()]))


_POSTGRESQL = {
    "23505": Fault.UNIQUE,
    "23502": Fault.NOT_NULL,
    "23": Fault.CONSTRAINT,
    "22": Fault.VALUE,
    "28": Fault.AUTHENTICATION,
    "3D": Fault.NO_DATABASE,
    "42501": Fault.FORBIDDEN,
    "25006": Fault.FORBIDDEN,
    "53100": Fault.FULL,
    "08": Fault.UNREACHABLE,
    "57P": Fault.UNREACHABLE,
    "53300": Fault.BUSY,
    # A database that takes no connections.
    "55000": Fault.UNREACHABLE,
    "40": Fault.BUSY,
    "55P03": Fault.BUSY,
    "57014": Fault.BUSY,
}
_MYSQL = {
    1062: Fault.UNIQUE,
    1048: Fault.NOT_NULL,
    1364: Fault.NOT_NULL,
    1216: Fault.CONSTRAINT,
    1452: Fault.CONSTRAINT,
    4025: Fault.CONSTRAINT,
    1264: Fault.VALUE,
    1292: Fault.VALUE,
    1366: Fault.VALUE,
    1406: Fault.VALUE,
    1045: Fault.AUTHENTICATION,
    1698: Fault.AUTHENTICATION,
    1044: Fault.FORBIDDEN,
    1142: Fault.FORBIDDEN,
    1290: Fault.FORBIDDEN,
    1049: Fault.NO_DATABASE,
    1021: Fault.FULL,
    1114: Fault.FULL,
    1040: Fault.BUSY,
    1205: Fault.BUSY,
    1213: Fault.BUSY,
    2003: Fault.UNREACHABLE,
    2006: Fault.UNREACHABLE,
    2013: Fault.UNREACHABLE,
    1053: Fault.UNREACHABLE,
}
# Extended codes first, then the primary code in their lowest byte, which is all that the wheel of SQLite's fixed build
# says: there a violation is told apart by whether the target has the row's key.
_SQLITE = {
    2067: Fault.UNIQUE,
    1555: Fault.UNIQUE,
    1299: Fault.NOT_NULL,
    19: Fault.CONSTRAINT,
    20: Fault.VALUE,
    18: Fault.VALUE,
    5: Fault.BUSY,
    6: Fault.BUSY,
    8: Fault.FORBIDDEN,
    3: Fault.FORBIDDEN,
    10: Fault.UNREACHABLE,
    14: Fault.UNREACHABLE,
    13: Fault.FULL,
}


def fault_of(error: Exception) -> Fault:
    """Return the fault that an error of SQLAlchemy or of a driver stands for."""
    if isinstance(error, exc.TimeoutError | OSError):
        return Fault.UNREACHABLE
    cause: Any = getattr(error, "orig", None)
    if (number := getattr(cause, "sqlite_errorcode", None)) is not None:
        return _SQLITE.get(number) or _SQLITE.get(number & 0xFF, Fault.OTHER)
    # MySQL's numbers say more than its states.
    if isinstance(number := next(iter(getattr(cause, "args", ())), None), int):
        return _MYSQL.get(number, Fault.OTHER)
    if isinstance(state := getattr(cause, "sqlstate", None), str):
        return next((_POSTGRESQL[state[:size]] for size in (5, 3, 2) if state[:size] in _POSTGRESQL), Fault.OTHER)
    return _without_code(error, cause)


def _without_code(error: Exception, cause: Any) -> Fault:
    """PostgreSQL's driver has no code for what happened before the server answered, but for the words it passed on."""
    if not isinstance(error, exc.OperationalError | exc.InterfaceError):
        return Fault.OTHER
    words = str(cause)
    if "password authentication failed" in words or "no password supplied" in words:
        return Fault.AUTHENTICATION
    if "does not exist" in words and "database" in words:
        return Fault.NO_DATABASE
    return Fault.UNREACHABLE
