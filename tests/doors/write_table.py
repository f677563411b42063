"""Write which rules concern which doors: `python -m tests.doors.write_table`. Read each line that differs."""

import os

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "borealis_assemblies.settings")
    django.setup()

    from tests.doors.rules import found, write_table

    write_table(found())
