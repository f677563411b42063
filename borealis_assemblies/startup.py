"""Start a server's application, or say why not: no server answers a single request with settings that are not safe."""

import logging
from collections.abc import Callable
from typing import TypeVar

from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

Application = TypeVar("Application")
logger = logging.getLogger(f"borealis.engine.{__name__}")


def checked(load: Callable[[], Application]) -> Application:
    """Return what `load` returns once every system check has passed. Raises SystemExit with the words of those failed.

    Commands are checked by Django itself; servers that import an application are not.
    """
    try:
        application = load()
    except ImproperlyConfigured as error:
        raise SystemExit(f"The settings cannot be used: {error}") from error
    _check_secret_key()
    found = [message for message in run_checks() if not message.is_silenced()]
    errors = [str(message) for message in found if message.is_serious()]
    if errors:
        raise SystemExit("\n\n".join(["The library does not start:", *errors]))
    for message in found:
        logger.warning("%s", message)
    return application


def _check_secret_key() -> None:
    # It has models, and so cannot be imported before the application is loaded.
    from devmode.accounts.secret_key import SecretKeyDiffers, require_same_key

    try:
        require_same_key()
    except SecretKeyDiffers as error:
        raise SystemExit(f"The library does not start: {error}") from error
    finally:
        # Servers fork their processes after this; two must never share a connection.
        connection.close()
