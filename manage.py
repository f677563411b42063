#!/usr/bin/env python
"""Run one of the project's commands; `manage.py help` lists them."""

from borealis_assemblies.__main__ import main

if __name__ == "__main__":
    main()
