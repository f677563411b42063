"""Strict readers of the environment."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from borealis_assemblies.env import Environment, bracketed

DEFAULT = Path("default")


def env(**names: str) -> Environment:
    return Environment({f"BOREALIS_{name}": value for name, value in names.items()})


def test_a_text_is_stripped_and_an_empty_one_is_the_default() -> None:
    assert env(HOST="  example.org ").text("HOST", "other") == "example.org"
    assert env(HOST="  ").text("HOST", "other") == "other"
    assert env().text("HOST") == ""


def test_a_host_is_taken_in_brackets_too_and_an_address_of_a_page_is_refused() -> None:
    assert env(HOST="[::1]").host("HOST", "") == env(HOST="::1").host("HOST", "") == "::1"
    with pytest.raises(ImproperlyConfigured, match="BOREALIS_HOST: 'http://a' is no name"):
        env(HOST="http://a").host("HOST", "")


@pytest.mark.parametrize("word", ["1", "true", "YES", "On"])
def test_words_for_on(word: str) -> None:
    assert env(DEBUG=word).switch("DEBUG", False) is True


@pytest.mark.parametrize("word", ["0", "False", "no", "OFF"])
def test_words_for_off(word: str) -> None:
    assert env(DEBUG=word).switch("DEBUG", True) is False


@pytest.mark.parametrize("default", [True, False])
def test_a_switch_that_is_not_set_is_its_default(default: bool) -> None:
    assert env().switch("DEBUG", default) is default


@pytest.mark.parametrize("word", ["maybe", "2", "tru", "-"])
def test_another_word_for_a_switch_is_refused_with_the_name_and_what_to_write(word: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"BOREALIS_DEBUG is .*: use true or false"):
        env(DEBUG=word).switch("DEBUG", False)


def test_a_whole_number_is_read_at_both_ends_of_its_range() -> None:
    assert env(PORT="1").integer("PORT", 5000, minimum=1, maximum=65535) == 1
    assert env(PORT="65535").integer("PORT", 5000, minimum=1, maximum=65535) == 65535
    assert env().integer("PORT", 5000, minimum=1, maximum=65535) == 5000


@pytest.mark.parametrize("word", ["0", "65536", "-1", "5e3", "5_000", "80.0", "٨٠", "eighty", "0x50", "9" * 5000])
def test_any_other_number_is_refused(word: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="use a whole number from 1 to 65535"):
        env(PORT=word).integer("PORT", 5000, minimum=1, maximum=65535)


def test_one_of_a_few_words_is_taken_in_any_letter_case() -> None:
    assert env(LOG_FORMAT="JSON").choice("LOG_FORMAT", "text", ("text", "json")) == "json"
    with pytest.raises(ImproperlyConfigured, match="BOREALIS_LOG_FORMAT is 'xml': use one of text, json"):
        env(LOG_FORMAT="xml").choice("LOG_FORMAT", "text", ("text", "json"))


def test_a_list_is_read_without_its_blanks() -> None:
    assert env(ALLOWED_HOSTS=" a.example , ,b.example,").words("ALLOWED_HOSTS") == ["a.example", "b.example"]
    assert env().words("ALLOWED_HOSTS") == []
    assert env().words("ALLOWED_HOSTS", "one,two") == ["one", "two"]


def test_a_relative_path_starts_at_its_base_and_an_absolute_one_stands(tmp_path: Path) -> None:
    assert env(ROOT="sub/../var").path("ROOT", DEFAULT, base=tmp_path) == tmp_path / "var"
    assert env(ROOT="/srv/library").path("ROOT", DEFAULT, base=tmp_path) == Path("/srv/library")
    assert env().path("ROOT", DEFAULT, base=tmp_path) == tmp_path / "default"
    assert env(ROOT="~/library").path("ROOT", DEFAULT, base=tmp_path) == Path.home() / "library"


def test_the_home_of_nobody_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="BOREALIS_ROOT"):
        env(ROOT="~no-such-user-here/x").path("ROOT", DEFAULT, base=tmp_path)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("http://127.0.0.1:5000", ("http://127.0.0.1:5000", "")),
        ("HTTPS://Library.Example.org/", ("https://library.example.org", "")),
        ("https://library.example.org:443", ("https://library.example.org", "")),
        ("http://library.example.org:80/", ("http://library.example.org", "")),
        ("https://library.example.org:80", ("https://library.example.org:80", "")),
        ("http://[::1]:5000", ("http://[::1]:5000", "")),
        ("https://Tools.example.org/Borealis/", ("https://tools.example.org", "/Borealis")),
        ("https://tools.example.org/it/lib-2.0", ("https://tools.example.org", "/it/lib-2.0")),
        ("https://tools.example.org/it/api", ("https://tools.example.org", "/it/api")),
    ],
)
def test_a_web_address_is_read_as_browsers_spell_an_origin(written: str, read: tuple[str, str]) -> None:
    assert env(PUBLIC_URL=written).web_address("PUBLIC_URL", "") == read


@pytest.mark.parametrize(
    "address",
    [
        "library.example.org",
        "ftp://library.example.org",
        "https://",
        "https://host/api",
        "https://host/admin/x",
        "https://host/static/",
        "https://host//x",
        "https://host/x//y",
        "https://host/../x",
        "https://host/x/./y",
        "https://host/x y",
        "https://host/%78",
        "https://host/é",
        "https://host/x;y",
        "https://host/x?query",
        "https://host?query",
        "https://host#part",
        "https://user:secret@host",
        "https://host:port",
        "https://host:99999",
        "http://[::1",
        "http://::1:5000",
    ],
)
def test_another_web_address_is_refused(address: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="BOREALIS_PUBLIC_URL"):
        env(PUBLIC_URL=address).web_address("PUBLIC_URL", "http://localhost")


def test_origins_are_web_addresses_or_a_star_for_the_checks_to_judge() -> None:
    found = env(CORS_ALLOWED_ORIGINS="HTTPS://Console.example.org:443/, *").origins("CORS_ALLOWED_ORIGINS")
    assert found == ["https://console.example.org", "*"]
    with pytest.raises(ImproperlyConfigured, match="BOREALIS_CORS_ALLOWED_ORIGINS"):
        env(CORS_ALLOWED_ORIGINS="null").origins("CORS_ALLOWED_ORIGINS")


def test_only_an_ipv6_address_stands_in_brackets() -> None:
    assert bracketed("::1") == "[::1]"
    assert bracketed("127.0.0.1") == "127.0.0.1"


def test_names_nobody_knows_are_listed_and_those_of_others_are_not() -> None:
    names = {"BOREALIS_PROT": "1", "BOREALIS_PORT": "1", "PATH": "/bin", "BOREALIS_A": ""}
    assert Environment(names).unknown_names == ["BOREALIS_A", "BOREALIS_PROT"]


def test_the_process_environment_is_what_it_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOREALIS_HOST", "from.the.process")
    assert Environment.of_process().text("HOST") == "from.the.process"


def test_live_data_are_below_the_root_and_never_in_the_machines_own_var(tmp_path: Path) -> None:
    assert env().runtime_root(tmp_path) == tmp_path / "var"
    assert env(RUNTIME_ROOT="data").runtime_root(tmp_path) == tmp_path / "data"
    top = Path(tmp_path.anchor)
    assert env(RUNTIME_ROOT=str(tmp_path)).runtime_root(top) == tmp_path
    with pytest.raises(ImproperlyConfigured, match="run the command in a folder of its own, or set BOREALIS_ROOT"):
        env().runtime_root(top)
