"""Wiring only: environment, settings, URLs, server entry points and logging.

Importing the package chooses the SQLite build, which must happen before Django loads its database back end.
"""

from borealis_assemblies import sqlite_build

__version__ = "1.0.0"

sqlite_build.install()
