"""Paths with and without their final slash."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from borealis_assemblies.middleware import TrailingSlash


def seen_path(path: str) -> str:
    def answer(request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.path_info)

    return TrailingSlash(answer)(RequestFactory().post(path, b"{}", content_type="application/json")).content.decode()


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ("/api/assemblies/", "/api/assemblies"),
        ("/api/assemblies", "/api/assemblies"),
        ("/api/assemblies///", "/api/assemblies"),
        ("/health/", "/health"),
        ("/health/ready/", "/health/ready"),
    ],
)
def test_the_api_and_health_answer_with_and_without_the_final_slash(asked: str, seen: str) -> None:
    assert seen_path(asked) == seen


@pytest.mark.parametrize("path", ["/", "/admin/", "/admin/assemblies/assembly/", "/apiary/", "/healthy/"])
def test_every_other_path_is_left_as_it_is(path: str) -> None:
    assert seen_path(path) == path


def test_the_body_and_the_method_pass_through() -> None:
    def answer(request: HttpRequest) -> HttpResponse:
        return HttpResponse(b"%b %b" % (str(request.method).encode(), request.body))

    request = RequestFactory().put("/api/assemblies/", b'{"a": 1}', content_type="application/json")
    assert TrailingSlash(answer)(request).content == b'PUT {"a": 1}'
