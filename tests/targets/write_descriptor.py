"""`python -m tests.targets.write_descriptor`: write what the models of execution say a target's tables are."""

import os

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "borealis_assemblies.settings")
    django.setup()
    from assemblies.targets.descriptor import FILE, describe

    FILE.write_text(describe(), encoding="utf-8")


if __name__ == "__main__":
    main()
