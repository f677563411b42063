"""Base64 or plain: what the document says, else its shape, never the look of the text."""

import base64
from typing import Any

import pytest

from assemblies.documents import Style, decode_text, read_document, write_document
from assemblies.errors import InvalidDocument, InvalidField
from tests.documents.document_builders import MAX_BYTES, as_base64, authoring, read

TRAPS = ["exit", "date", "echo", "whoami00", "ZWNobyBoaQ==", "Restart0"]


def plain(script: Any, **changes: Any) -> dict[str, Any]:
    return {"name": "x", "type": "bash", "script": script} | changes


@pytest.mark.parametrize("text", TRAPS)
def test_a_plain_script_that_happens_to_be_base64_stays_plain(text: str) -> None:
    assert base64.b64decode(text, validate=True)
    assert read(plain(text)).payload == text.encode()
    assert read(plain(text, version=1)).payload == text.encode()
    assert read(authoring() | {"script": text, "version": 1}).payload == text.encode()
    assert read(authoring(script_encoding="plain") | {"script": text}).payload == text.encode()


@pytest.mark.parametrize("text", TRAPS)
def test_the_same_text_in_the_authoring_shape_is_base64(text: str) -> None:
    assert read(authoring() | {"script": text}).payload == base64.b64decode(text)


@pytest.mark.parametrize("text", TRAPS)
@pytest.mark.parametrize("style", list(Style))
def test_a_trap_survives_being_written_as_text(text: str, style: Style) -> None:
    document = read(plain(text))
    assert read(write_document(document, style, script_encoding="text")).payload == text.encode()


@pytest.mark.parametrize("key", ["script_encoding", "scriptEncoding"])
@pytest.mark.parametrize("word", ["base64", "b64", "base-64", "BASE64", " Base64 "])
def test_a_word_for_base64_is_obeyed(key: str, word: str) -> None:
    assert read(plain(as_base64(b"\x00\xff"), **{key: word})).payload == b"\x00\xff"


@pytest.mark.parametrize("word", ["plain", "text", "Plain"])
def test_a_word_for_plain_is_obeyed(word: str) -> None:
    assert read(authoring(scriptEncoding=word)).payload == as_base64(b"echo hello\n").encode()


@pytest.mark.parametrize("word", ["hex", "", "utf-16", 7, True, ["base64"]])
def test_another_word_is_refused_by_name(word: Any) -> None:
    with pytest.raises(InvalidField) as caught:
        read(plain("x", script_encoding=word))
    assert caught.value.detail["field"] == "script_encoding"


def test_two_words_that_contradict_each_other_are_refused() -> None:
    assert read(plain("x", script_encoding="plain", scriptEncoding="plain")).payload == b"x"
    with pytest.raises(InvalidField):
        read(plain("aGk=", script_encoding="base64", scriptEncoding="plain"))


@pytest.mark.parametrize(
    "text", ["aGk", "aGk=\n", " aGk=", "aGl=", "aGk==", "a-k_", "aGk=aGk=", "echo hello", "é", "====", "aGk=====", "="]
)
def test_base64_that_is_not_canonical_is_refused(text: str) -> None:
    with pytest.raises(InvalidField) as caught:
        read(plain(text, script_encoding="base64"))
    assert caught.value.detail["field"] == "script"


def test_the_authoring_shape_with_plain_text_is_refused_with_the_way_out() -> None:
    with pytest.raises(InvalidField, match='"script_encoding": "plain"') as caught:
        read(authoring() | {"script": "echo hello"})
    assert caught.value.detail["field"] == "script"


@pytest.mark.parametrize("missing", ["name", "type", "timeout_seconds", "variables", "files"])
def test_without_one_authoring_key_the_text_is_plain(missing: str) -> None:
    document = authoring(display_name="x") | {"script": "echo"}
    del document[missing]
    assert read(document).payload == b"echo"


@pytest.mark.parametrize(
    "body", [{"script_lines": ["a", "b", ""]}, {"script": ["a", "b", ""]}, {"content": ["a", "b", ""]}]
)
def test_lines_are_joined_as_plain_text(body: dict[str, Any]) -> None:
    assert read({"name": "x", "type": "bash"} | body).payload == b"a\nb\n"
    assert read(authoring() | {"script": None} | body).payload == b"a\nb\n"


def test_lines_cannot_be_base64() -> None:
    with pytest.raises(InvalidField) as caught:
        read(plain(["aGk="], script_encoding="base64"))
    assert caught.value.detail["field"] == "script"


@pytest.mark.parametrize("script, field", [(5, "script"), ({}, "script"), (["a", 5], "script[1]"), (True, "script")])
def test_a_script_that_is_neither_text_nor_lines_is_refused(script: Any, field: str) -> None:
    with pytest.raises(InvalidField) as caught:
        read(plain(script))
    assert caught.value.detail["field"] == field


@pytest.mark.parametrize("document", [{"name": "x", "type": "bash"}, {"name": "x", "type": "bash", "script": None}])
def test_a_document_without_a_script_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(InvalidDocument) as caught:
        read(document)
    assert caught.value.detail["field"] == "script"


def test_an_empty_script_is_a_script() -> None:
    assert read(plain("")).payload == b""
    assert read(authoring(b"")).payload == b""


def test_two_spellings_of_one_script_must_agree() -> None:
    assert read(plain("a\nb", script_lines=["a", "b"], content="a\nb")).payload == b"a\nb"
    with pytest.raises(InvalidField) as caught:
        read(plain("a", content="rm -rf /"))
    assert caught.value.detail["field"] == "content"


@pytest.mark.parametrize("script", [b"\xff\xfe", b"a\0b", b"\xc3("])
@pytest.mark.parametrize("style", list(Style))
def test_bytes_that_are_no_text_stay_base64_and_say_so(script: bytes, style: Style) -> None:
    written = write_document(read(authoring(script)), style, script_encoding="text")
    body = written.get("payload", written)
    assert (body["script"], body["script_encoding"]) == (as_base64(script), "base64")
    assert read_document(written, max_bytes=MAX_BYTES).payload == script


def test_the_authoring_style_names_the_encoding_only_where_it_writes_more_than_its_keys() -> None:
    assert write_document(read(authoring()), Style.AUTHORING) == authoring()
    versioned = read(authoring(version=2, script_encoding="base64"))
    assert write_document(versioned, Style.AUTHORING)["script_encoding"] == "base64"
    assert write_document(read(authoring(note="x")), Style.AUTHORING)["script_encoding"] == "base64"
    text = write_document(read(authoring()), Style.AUTHORING, script_encoding="text")
    assert (text["script"], text["script_encoding"]) == ("echo hello\n", "plain")


def test_the_text_of_a_script_is_none_where_it_has_none() -> None:
    assert decode_text("\ufeffé\r\n".encode()) == "\ufeffé\r\n"
    assert decode_text(b"\xff") is None
    assert decode_text("e\0".encode("utf-16-le")) is None
