"""The tree: files people can read, named by stem and position alone."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from assemblies.documents import Document, read_tree, safe_stem, write_tree
from assemblies.errors import DocumentTooLarge, InvalidDocument, InvalidField
from tests.documents.document_builders import GUID, MAX_BYTES, as_base64, authoring, encoded_workflow, envelope, read

FILES = [{"file_name": "CON", "data": as_base64(b"\x00one")}, {"file_name": "two.txt", "data": "", "x": 1}]


def back(files: Mapping[str, bytes], stem: str = "it") -> Document:
    return read_tree(files[f"{stem}.json"], files, stem, max_bytes=MAX_BYTES)


@pytest.mark.parametrize(
    "word, extension",
    [("PowerShell", "ps1"), ("batch", "bat"), ("shell", "sh"), ("python", "py"), ("ansible", "yml")],
)
def test_a_script_stands_next_to_its_json(word: str, extension: str) -> None:
    script = b"\xef\xbb\xbfa\r\nb\rc\0\xff"
    document = read(authoring(script, type=word, files=FILES, version=3, x=1, script_encoding="base64"))
    files = write_tree(document, "it")
    assert list(files) == ["it.json", f"it.{extension}", "it.files/1", "it.files/2"]
    assert files[f"it.{extension}"] == script
    assert files["it.files/1"] == b"\x00one"
    entry = json.loads(files["it.json"])
    assert not {"script", "script_encoding"} & entry.keys()
    assert all("data" not in file for file in entry["files"])
    assert back(files) == document


def test_the_json_is_readable() -> None:
    text = write_tree(read(authoring(name="Größe")), "it")["it.json"].decode()
    assert '\n  "name": "Größe",\n' in text
    assert text.endswith("}\n")


def test_a_workflow_is_readable_in_the_json_itself() -> None:
    document = read(encoded_workflow(script="unknown", files=FILES, workflow_encoding="base64"))
    files = write_tree(document, "it")
    assert list(files) == ["it.json", "it.files/1", "it.files/2"]
    assert json.loads(files["it.json"])["workflow"]["tab_name"] == "Sum"
    assert back(files) == document


def test_a_document_that_is_whole_in_itself_needs_no_files_next_to_it() -> None:
    raw = json.dumps(authoring(files=FILES)).encode()
    assert read_tree(raw, {"it.sh": b"another"}, "it", max_bytes=MAX_BYTES) == read(raw)
    raw = json.dumps(envelope(authoring())).encode()
    assert read_tree(raw, {}, "it", max_bytes=MAX_BYTES) == read(raw)


def test_a_payload_key_of_a_tree_is_no_envelope() -> None:
    document = read(authoring(payload={"script": "evil", "type": "bash"}, script_encoding="base64"))
    assert back(write_tree(document, "it")) == document


def test_a_missing_script_is_refused() -> None:
    files = write_tree(read(authoring()), "it")
    with pytest.raises(InvalidDocument) as caught:
        read_tree(files["it.json"], {}, "it", max_bytes=MAX_BYTES)
    assert caught.value.detail["field"] == "script"
    untyped = json.dumps({"name": "x", "kind": "script"}).encode()
    with pytest.raises(InvalidDocument):
        read_tree(untyped, {"it.ps1": b"x"}, "it", max_bytes=MAX_BYTES)


@pytest.mark.parametrize(
    ("word", "spelling"),
    [
        ("ansible", "yaml"),
        ("powershell", "PS1"),
        ("powershell", "psm1"),
        ("batch", "cmd"),
        ("batch", "Bat"),
        ("bash", "bash"),
        ("python", "PY"),
        ("ansible", "YML"),
    ],
)
def test_a_script_is_found_under_every_usual_ending(word: str, spelling: str) -> None:
    written = write_tree(read(authoring(type=word)), "it")["it.json"]
    assert read_tree(written, {f"it.{spelling}": b"found\n"}, "it", max_bytes=MAX_BYTES).payload == b"found\n"


def test_the_written_ending_wins_and_no_other_is_guessed_among_several() -> None:
    written = write_tree(read(authoring(type="powershell")), "it")["it.json"]
    siblings = {"it.psm1": b"module", "it.ps1": b"script", "it.PSM1": b"other", "it.sh": b"x", "item.ps1": b"y"}
    assert read_tree(written, siblings, "it", max_bytes=MAX_BYTES).payload == b"script"
    del siblings["it.ps1"]
    with pytest.raises(InvalidDocument, match=r"it\.PSM1, it\.psm1") as refused:
        read_tree(written, siblings, "it", max_bytes=MAX_BYTES)
    assert refused.value.detail["field"] == "script"


def test_an_empty_script_stands_in_the_json_and_an_empty_file_is_refused_by_name() -> None:
    document = read(authoring(b""))
    files = write_tree(document, "it")
    assert list(files) == ["it.json"]
    assert back(files) == document
    files = write_tree(read(authoring()), "it")
    with pytest.raises(InvalidDocument, match=r"^it\.sh is empty"):
        back(files | {"it.sh": b""})


def test_a_missing_or_cut_attachment_is_refused() -> None:
    files = write_tree(read(authoring(files=FILES)), "it")
    with pytest.raises(InvalidField) as caught:
        back({name: data for name, data in files.items() if name != "it.files/2"})
    assert caught.value.detail["field"] == "files[1].data"
    with pytest.raises(InvalidField) as caught:
        back(files | {"it.files/1": b"o"})
    assert caught.value.detail["field"] == "files[0].size"


def test_a_tree_is_bounded_in_json_and_script() -> None:
    files = write_tree(read(authoring(b"x" * 2000)), "it")
    with pytest.raises(DocumentTooLarge):
        read_tree(files["it.json"], files, "it", max_bytes=1000)
    with pytest.raises(DocumentTooLarge):
        read_tree(files["it.json"], files, "it", max_bytes=100)


class Asked(Mapping[str, bytes]):
    """A folder that remembers what was requested of it."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> bytes:
        self.names.add(name)
        return self.files[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)


def test_nothing_in_a_document_names_a_file() -> None:
    document = read(authoring(name="../../evil", files=FILES))
    files = write_tree(document, "it")
    asked = Asked(files)
    assert read_tree(files["it.json"], asked, "it", max_bytes=MAX_BYTES) == document
    assert asked.names == {"it.sh", "it.files/1", "it.files/2"}


@pytest.mark.parametrize(
    "name, slug",
    [
        ("Unlock AD Account [WIN]", "unlock-ad-account-win"),
        ("../../etc/passwd", "etc-passwd"),
        ("Crème brûlée!", "creme-brulee"),
        ("日本", "assembly"),
        ("CON", "con"),
        ("x" * 255, "x" * 60),
        ("a" * 59 + " b", "a" * 59),
    ],
)
def test_a_stem_is_safe_on_every_system(name: str, slug: str) -> None:
    assert safe_stem(read(authoring(name=name))) == f"{slug}--{GUID[:8]}"


def test_a_stem_without_a_guid_comes_from_the_content() -> None:
    document = read(authoring(assembly_guid=None))
    other = replace(document, payload=b"other")
    assert safe_stem(document) == f"say-hello--{document.content_hash[:8]}"
    assert safe_stem(document) != safe_stem(other)
