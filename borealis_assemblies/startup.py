"""Start a server's application, or say why not: no server answers a single request with settings that are not safe."""

import logging
from collections.abc import Callable
from typing import TypeVar

from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from assemblies.checks import OF_SETTINGS

Application = TypeVar("Application")
logger = logging.getLogger(f"borealis.engine.{__name__}")


def checked(load: Callable[[], Application]) -> Application:
    """Return what `load` returns once no setting is found wrong. Raises SystemExit with the words of those that are.

    Commands are checked by Django itself; servers that import an application are not. Mistakes in code are looked for
    by `manage.py check`: that loads every page, which a server does at the first request for one.
    """
    try:
        application = load()
    except ImproperlyConfigured as error:
        raise SystemExit(f"The settings cannot be used: {error}") from error
    _check_secret_key()
    found = [message for message in run_checks(tags=OF_SETTINGS) if not message.is_silenced()]
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
