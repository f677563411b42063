"""What the headers of a request say of its body, asked before anything of it is read.

Parsers are imported before views can be, so this knows neither.
"""

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import APIException, ParseError

AS_IT_IS = {"", "identity"}


class CompressedBody(APIException):
    status_code = 415
    default_detail = "The body is compressed, which is not read here: send it as it is, without Content-Encoding."
    default_code = "unsupported_content_encoding"


def check_body_headers(headers: Mapping[str, str], meta: Mapping[str, Any]) -> None:
    """Raise CompressedBody, or ParseError for a body whose end nobody could tell."""
    if headers.get("Content-Encoding", "").strip().lower() not in AS_IT_IS:
        raise CompressedBody
    # Servers do not tell the end of a chunked body from a connection that broke, so it could be cut unnoticed.
    if headers.get("Transfer-Encoding") and not meta.get("CONTENT_LENGTH"):
        raise ParseError("Announce the size of the body in Content-Length.")
