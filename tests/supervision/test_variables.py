"""Variables by the name a script reads them under, and the names and values that are rejected."""

import json
import math

import pytest

from assemblies.supervision import Language, Variable, check_variables, environment_name
from assemblies.supervision.errors import (
    DuplicateVariableName,
    ForbiddenVariableName,
    ForbiddenVariableValue,
    InvalidVariableName,
    VariableTooLong,
)
from assemblies.supervision.variables import Value, environment_of


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("NAME", "NAME"),
        ("installPath", "INSTALLPATH"),
        ("Install Path", "INSTALL_PATH"),
        ("port-2.x", "PORT_2_X"),
        ("größe", "GR__E"),
        ("user", "USER"),
        ("environment", "ENVIRONMENT"),
        ("libpath", "LIBPATH"),
    ],
)
def test_a_variable_is_named_in_upper_case_with_underscores(name: str, expected: str) -> None:
    assert environment_name(name) == expected


@pytest.mark.parametrize(
    "name",
    "PATH path LD_PRELOAD ld-library-path BASH_ENV bashopts ENV env IFS PYTHONPATH python.home PSModulePath PS4 "
    "BOREALIS_SECRET_KEY borealis.supervised ansible_config NODE_OPTIONS PERL5LIB COMSPEC".split(),
)
def test_a_name_that_chooses_which_code_runs_is_rejected(name: str) -> None:
    with pytest.raises(ForbiddenVariableName) as caught:
        check_variables(Language.BASH, [Variable(name, "value")])
    assert (caught.value.code, caught.value.field) == ("forbidden_variable_name", name)


def test_a_variable_without_a_name_is_rejected() -> None:
    with pytest.raises(InvalidVariableName):
        environment_name("")


def test_two_variables_with_one_name_are_rejected_and_the_second_is_named() -> None:
    with pytest.raises(DuplicateVariableName) as caught:
        check_variables(Language.PYTHON, [Variable("my key", "a"), Variable("MY_KEY", "b")])
    assert caught.value.field == "MY_KEY"


def test_values_are_carried_as_they_are_and_numbers_and_booleans_as_json() -> None:
    values: dict[str, Value] = {"a": "  two\nlines ", "b": True, "c": 17, "d": 0.5, "e": "ünï ☃", "f": ""}
    environment = environment_of(Variable(name, value) for name, value in values.items())
    assert environment == {
        name.upper(): value if isinstance(value, str) else json.dumps(value) for name, value in values.items()
    }


@pytest.mark.parametrize("value", ["a\0b", "\ud800", math.inf, math.nan])
def test_a_value_that_no_environment_carries_is_rejected(value: str | float) -> None:
    with pytest.raises(ForbiddenVariableValue):
        check_variables(Language.BASH, [Variable("name", value)])


def test_a_value_that_is_too_long_alone_or_with_the_others_is_rejected() -> None:
    with pytest.raises(VariableTooLong):
        check_variables(Language.BASH, [Variable("name", "x" * 32_001)])
    with pytest.raises(VariableTooLong):
        check_variables(Language.BASH, [Variable(f"name{number}", "x" * 32_000) for number in range(32)])


@pytest.mark.parametrize("character", list('"%&|<>^!\r\n'))
def test_a_batch_script_takes_no_value_that_could_be_a_command(character: str) -> None:
    variables = [Variable("fine", "C:\\Program Files (x86)\\x; 'y'"), Variable("name", f"a{character}b", secret=True)]
    check_variables(Language.BASH, variables)
    with pytest.raises(ForbiddenVariableValue) as caught:
        check_variables(Language.BATCH, variables)
    assert caught.value.field == "name"
    assert f"a{character}b" not in str(caught.value)


@pytest.mark.parametrize("name", ["two words", "1st", "größe", "a-b"])
def test_a_playbook_takes_no_name_that_it_cannot_read(name: str) -> None:
    check_variables(Language.BASH, [Variable(name, "x")])
    with pytest.raises(InvalidVariableName):
        check_variables(Language.ANSIBLE, [Variable(name, "x")])


def test_a_playbook_takes_credentials_but_no_name_that_chooses_a_program() -> None:
    check_variables(Language.ANSIBLE, [Variable("ansible_user", "x"), Variable("ansible_become_password", "x")])
    for name in ("ansible_python_interpreter", "ansible_connection", "ansible_shell_executable"):
        with pytest.raises(ForbiddenVariableName):
            check_variables(Language.ANSIBLE, [Variable(name, "x")])


def test_a_value_is_not_shown_where_a_variable_is_printed() -> None:
    assert "hunter2" not in repr(Variable("password", "hunter2", secret=True))
