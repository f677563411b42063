"""`show_config`: the settings in force."""

from typing import Any

import environ

from assemblies.management.command import LibraryCommand
from assemblies.management.configuration import effective_settings


class Command(LibraryCommand):
    help = "Print every setting in force, with where it comes from; secrets are masked."
    examples = """
        manage.py show_config
        manage.py show_config --json
    """
    requires_system_checks = ()  # what is misconfigured must be seen, too

    def work(self, **_options: Any) -> None:
        found = list(effective_settings(environ.Env.ENVIRON))
        widest = max(len(setting.name) for setting in found)
        facts = {setting.name: {"value": setting.value, "source": setting.source} for setting in found}
        self.answer(facts, [f"{s.name:{widest}}  {_words(s.value)}  ({s.source})" for s in found])


def _words(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "-"
    return str(value).lower() if isinstance(value, bool) else str(value)
