"""Wiring only: environment, settings, URLs, server entry points and logging.

Importing the package chooses the SQLite build, which must happen before Django loads its database back end.
"""

import gc

from borealis_assemblies import sqlite_build

__version__ = "1.0.0"

sqlite_build.install()
# What is imported stays: to look for garbage among it hundreds of times is a sixth of a start.
gc.set_threshold(10_000, 10, 10)
