"""The command line: `manage.py` in a checkout, `borealis-assemblies` where the wheel is installed."""

import os
import sys
from argparse import ArgumentError, ArgumentParser
from collections.abc import Sequence
from contextlib import suppress

from devmode.addresses import listening_host, listening_port


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "borealis_assemblies.settings")
    tell_settings(sys.argv[1:])
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"The settings cannot be used: {error}")


def tell_settings(arguments: Sequence[str]) -> None:
    """Put the address that `serve` is given where settings are read: they are before its arguments are.

    What cannot be an address is left to the command, which says so.
    """
    if arguments[:1] != ["serve"]:
        return
    # An abbreviation may be one of several, which ends the parser; the command tells its processes what it meant.
    parser = ArgumentParser(add_help=False, exit_on_error=False, allow_abbrev=False)
    parser.add_argument("--host", dest="BOREALIS_HOST", type=listening_host)
    parser.add_argument("--port", dest="BOREALIS_PORT", type=listening_port)
    with suppress(ArgumentError):
        typed, _others = parser.parse_known_args(arguments[1:])
        os.environ.update({name: str(value) for name, value in vars(typed).items() if value is not None})


if __name__ == "__main__":
    main()
