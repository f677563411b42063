"""A step of a Rundeck job: its script, the language that runs it, and the options that the job asks for."""

import re
from typing import Any

from assemblies.errors import InvalidDocument
from assemblies.importers.described import LANGUAGES, words
from assemblies.importers.place import Place
from assemblies.scripts import find_script_type
from assemblies.scripts.facts import variable

Step = dict[str, Any]
_TIME = re.compile(r"(\d{1,6})\s*([dhms]?)")
_SECONDS = {"d": 86_400, "h": 3600, "m": 60, "s": 1, "": 1}


def steps_of(job: dict[str, Any]) -> list[Step]:
    """The steps of a job in their order, which early releases have right below `sequence`; none of what is no job."""
    sequence = job.get("sequence")
    steps = sequence.get("commands") if isinstance(sequence, dict) else sequence
    found = [step for step in steps if isinstance(step, dict)] if isinstance(steps, list) else []
    # Other programs have sequences, too.
    return found if any(map(_is_step, found)) else []


def _is_step(step: Step) -> bool:
    return runs_here(step) or "jobref" in step or isinstance(step.get("type"), str)


def runs_here(step: Step) -> bool:
    """Say whether a step is a script or a command: others refer to jobs and plugins."""
    return any(step.get(key) for key in ("script", "exec", "scriptfile", "scripturl"))


def content_of(place: Place, path: str | None, step: Step) -> bytes:
    """The script of a step: its own text, its command as one line, or the file that it names."""
    if step.get("script"):
        return str(step["script"]).encode()
    if step.get("exec"):
        return f"{step['exec']}\n".encode()
    if path is None:
        where = words(step.get("scriptfile") or step.get("scripturl"))[:200]
        raise InvalidDocument(f"The script of this step is elsewhere: {where}.", field="scriptfile")
    return place.read(path)


def language_of(step: Step, path: str, content: bytes) -> str:
    """What the step says runs its script, else what the script says, else the shell of the node."""
    told = words(step.get("fileExtension")).lstrip(".") or words(step.get("scriptInterpreter"))
    programs = (LANGUAGES.get(word.rpartition("/")[2].lower()) for word in told.split())
    return next(filter(None, programs), None) or find_script_type(path, content) or "bash"


def options_of(options: Any) -> list[dict[str, Any]]:
    """The options of a job, a list or an object by name."""
    if isinstance(options, dict):
        options = [{"name": name} | one for name, one in options.items() if isinstance(one, dict)]
    given = [one for one in options if isinstance(one, dict)] if isinstance(options, list) else []
    return [_variable(one) for one in given if words(one.get("name"))]


def _variable(one: dict[str, Any]) -> dict[str, Any]:
    choices = [words(value) for value in one["values"]] if isinstance(one.get("values"), list) else []
    is_secret = one.get("secure") is True
    options = choices if one.get("enforced") is True else []
    return variable(
        words(one["name"]),
        "credential" if is_secret else "select" if options else "string",
        default=None if is_secret else words(one.get("value")) or None,
        required=one.get("required") is True,
        label=words(one.get("label"))[:255],
        description=str(one.get("description") or ""),
        options=options,
    )


def timeout_of(value: Any) -> int | None:
    """Seconds of a time such as `1h 30m`."""
    found = _TIME.findall(words(value))
    return sum(int(count) * _SECONDS[unit] for count, unit in found) or None
