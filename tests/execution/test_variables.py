"""Values of a run: declared, given, by default; refused before anything is queued."""

from typing import Any

import pytest

from assemblies.errors import InvalidField, UnknownField
from assemblies.execution.variables import choices_of, masked, resolve_variables
from assemblies.supervision import Language

Facts = dict[str, Any]


def resolved(declared: list[Facts], given: Facts, language: Language = Language.BASH) -> Facts:
    return {variable.name: variable.value for variable in resolve_variables(language, declared, given)}


@pytest.mark.parametrize(
    ("declared", "given", "value"),
    [
        ({"type": "string"}, "a b", "a b"),
        ({"type": "string", "default": "x"}, None, "x"),
        ({"type": "string", "default": "x"}, "", ""),
        ({"type": "number", "default": "007"}, None, "007"),
        ({"type": "integer"}, 5, 5),
        ({"type": "float"}, " 2.5 ", "2.5"),
        ({"type": "boolean"}, "True", True),
        ({"type": "bool", "default": False}, None, False),
        ({"type": "boolean"}, 0, False),
        ({"type": "select", "options": ["a", {"value": "b", "label": "B"}]}, "b", "b"),
        ({"type": "choice", "options": [1, 2]}, 2, 2),
        ({"type": "string", "default": {"a": 1}}, None, '{"a": 1}'),
        ({}, 3, 3),
    ],
)
def test_a_value_is_what_was_given_or_the_default(declared: dict[str, Any], given: Any, value: Any) -> None:
    assert resolved([{"name": "one", **declared}], {} if given is None else {"one": given}) == {"one": value}


def test_what_has_neither_value_nor_default_is_left_out() -> None:
    assert resolved([{"name": "one", "type": "string"}, {"name": "two", "default": None}], {}) == {}


@pytest.mark.parametrize(
    ("declared", "given", "field"),
    [
        ({"required": True}, {}, "variables.one"),
        ({"required": True, "default": ""}, {}, "variables.one"),
        ({"required": True}, {"one": ""}, "variables.one"),
        ({"type": "number"}, {"one": "five"}, "variables.one"),
        ({"type": "number"}, {"one": True}, "variables.one"),
        ({"type": "number"}, {"one": "nan"}, "variables.one"),
        ({"type": "boolean"}, {"one": "maybe"}, "variables.one"),
        ({"options": ["a", "b"]}, {"one": "c"}, "variables.one"),
        ({}, {"one": "a\0b"}, "variables.one"),
        ({}, {"one": "x" * 40_000}, "variables.one"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_its_name(
    declared: dict[str, Any], given: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidField) as refusal:
        resolved([{"name": "one", **declared}], given)
    assert refusal.value.detail["field"] == field


def test_an_unknown_variable_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(UnknownField, match="known are: one") as refusal:
        resolved([{"name": "one"}], {"two": 1})
    assert refusal.value.detail["field"] == "variables.two"


@pytest.mark.parametrize("name", ["PATH", "ld_preload", "Python-path", "BASH_ENV", "borealis_x", "ifs"])
def test_a_name_that_chooses_which_code_runs_is_refused(name: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        resolved([{"name": name}], {name: "x"})
    assert refusal.value.detail["field"] == f"variables.{name}"


def test_two_variables_with_one_name_in_the_environment_are_refused() -> None:
    with pytest.raises(InvalidField):
        resolved([{"name": "a-b"}, {"name": "a_b"}], {"a-b": "1", "a_b": "2"})


def test_a_batch_script_takes_no_value_that_is_a_command() -> None:
    with pytest.raises(InvalidField):
        resolved([{"name": "one"}], {"one": "a & del *"}, Language.BATCH)


@pytest.mark.parametrize("kind", ["credential", "secret", "password", "Password"])
def test_credentials_are_never_kept(kind: str) -> None:
    variables = resolve_variables(Language.BASH, [{"name": "one", "type": kind}], {"one": "s3cret"})
    assert masked(variables) == [{"name": "one", "value": "[secret]", "secret": True}]
    assert "s3cret" not in repr(variables)


def test_choices_have_labels() -> None:
    assert choices_of({"options": ["a", {"value": 1, "label": "One"}]}) == [("a", "a"), ("1", "One")]
    assert choices_of({"options": "a"}) == []
