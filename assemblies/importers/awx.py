"""AWX and Semaphore: a project's playbooks, with the names and surveys of the templates in an export next to them."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from assemblies.documents import Document
from assemblies.errors import InvalidDocument
from assemblies.importers.described import described, language_of, script_of, words
from assemblies.importers.place import Place, Taken
from assemblies.scripts.facts import variable

# Either tool's word for the list of templates; those of Semaphore may also run scripts.
_LISTS = ("job_templates", "templates")
_TYPES = {
    "password": "credential", "secret": "credential", "integer": "number", "int": "number", "float": "number",
    "multiplechoice": "select", "multiselect": "select", "enum": "select", "select": "select",
}  # fmt: skip


def find(place: Place) -> Iterator[Taken]:
    """Yield the playbook of each template of every export; other playbooks are read as plain files are."""
    for name in place.find((".json",), b'"playbook"'):
        value = place.value_of(name)
        templates = next((value[key] for key in _LISTS if key in value), None) if isinstance(value, dict) else None
        found = [one for one in templates if _is_template(one)] if isinstance(templates, list) else []
        for template in found:
            path = place.next_to(name, words(template["playbook"]))
            title = f"{name} › {words(template['name'])}"
            names = frozenset({name, *([path] if path else [])})
            yield Taken(title, partial(_read, place, path, template), names)


def _is_template(one: Any) -> bool:
    return isinstance(one, dict) and bool(words(one.get("name"))) and bool(words(one.get("playbook")))


def _read(place: Place, path: str | None, template: dict[str, Any]) -> Document:
    if path is None:
        where = words(template["playbook"])[:200]
        raise InvalidDocument(f"The export's playbook is not next to it: {where}.", field="playbook")
    app = words(template.get("app")) or "ansible"
    type_name = "ansible" if app == "ansible" else language_of(app)
    document = script_of(place, path, place.read(path), type_name)
    asked = [one for given in _survey(template) if (one := _variable(given))]
    return described(
        document,
        # Several templates may run one playbook, so the template's name is part of what it is known by.
        aliases=[f"import:{place.source or 'awx'}:{path}:{words(template['name'])}"],
        name=template["name"],
        summary=template.get("description"),
        timeout=template.get("timeout"),
        variables=[*asked, *_others(document.variables, asked)],
        metadata={"template": {key: template[key] for key in ("playbook", "limit", "job_tags") if template.get(key)}},
    )


def _survey(template: dict[str, Any]) -> list[Any]:
    """The questions: AWX keeps them under what is related, Semaphore in the template."""
    related = template.get("related")
    spec = related.get("survey_spec") if isinstance(related, dict) else template.get("survey_spec")
    questions = spec.get("spec") if isinstance(spec, dict) else template.get("survey_vars")
    return questions if isinstance(questions, list) else []


def _variable(given: Any) -> dict[str, Any] | None:
    name = words(given.get("variable") or given.get("name")) if isinstance(given, dict) else ""
    if not name:
        return None
    kind = _TYPES.get(words(given.get("type")), "string")
    default = given.get("default", given.get("default_value"))
    is_kept = kind != "credential" and isinstance(default, str | int | float) and default != ""
    return variable(
        name,
        kind,
        default=default if is_kept else None,
        required=given.get("required") is True,
        label=words(given.get("question_name") or given.get("title"))[:255],
        description=str(given.get("question_description") or given.get("description") or ""),
        options=_options(given.get("choices", given.get("values"))) if kind == "select" else [],
    )


def _options(choices: Any) -> list[str]:
    """The words of a choice: a list of texts or of name and value, or one to a line."""
    if isinstance(choices, str):
        return [line.strip() for line in choices.splitlines() if line.strip()]
    given = choices if isinstance(choices, list) else []
    return [word for one in given if (word := words(one.get("value") if isinstance(one, dict) else one))]


def _others(known: list[dict[str, Any]], asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = {one["name"] for one in asked}
    return [one for one in known if one["name"] not in names]
