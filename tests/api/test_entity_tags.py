"""Entity tags in every usual spelling."""

import pytest

from assemblies.web.entity_tags import is_known, read_tags
from tests.api.conftest import Api, MakeAssembly, path_of


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ('"a"', {"a"}),
        ('W/"a", w/"b" ,"c,d"', {"a", "b", "c,d"}),
        ("a, b", {"a", "b"}),
        ('"a-gzip", W/"b;gzip", c-br', {"a", "b", "c"}),
        ("*", {"*"}),
        ('"*"', {'"*"'}),
        ('""', {""}),
        ("", set()),
    ],
)
def test_a_header_names_its_tags(header: str, tags: set[str]) -> None:
    assert read_tags(header) == tags


def test_a_tag_is_known_only_where_it_is_named() -> None:
    assert is_known('"a", "b"', '"b"') and is_known("*", '"b"')
    assert not is_known('"a"', '"b"') and not is_known("", '"b"') and not is_known('"*"', '"b"')


@pytest.mark.parametrize("spelling", ["{0}", "W/{0}", '"other", {0}', "{1}", '"{1}-gzip"', 'W/"{1}-gzip"', "*"])
def test_what_was_read_is_not_sent_again_however_the_tag_comes_back(
    as_viewer: Api, make_assembly: MakeAssembly, spelling: str
) -> None:
    path = path_of(make_assembly())
    for read in (path, f"{path}/payload", "/api/assemblies"):
        etag = as_viewer.get(read)["ETag"]
        answer = as_viewer.get(read, If_None_Match=spelling.format(etag, etag.strip('"')))
        assert (answer.status_code, answer["ETag"]) == (304, etag)
        assert as_viewer.get(read, If_None_Match='"other"').status_code == 200
