"""A request as it arrives, and the answer to one that is refused before the application sees it."""

import json
from collections.abc import Mapping

from waitress.parser import HTTPRequestParser, ParsingError
from waitress.task import ErrorTask

from assemblies.web.replay import KeptAnswer

VERSIONS = {"1.0", "1.1"}
CODES: Mapping[int, tuple[str, str]] = {
    413: ("document_too_large", "This is larger than anything the library takes."),
    431: ("header_too_large", "The header of the request is too large."),
    501: ("not_implemented", "This transfer encoding is not supported."),
    500: ("internal_server_error", "Something went wrong on the server; engine.log says what."),
}


class Request(HTTPRequestParser):
    """A parser that refuses what a proxy in front could read differently.

    A body comes with its length or not at all: the parser's reader of chunked bodies bounds neither the header of a
    chunk nor a trailer. `kept` is what it is answered with, where that was found before the application was asked.
    """

    kept: KeptAnswer | None = None

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        refusal = self._refusal()
        if refusal or self.content_length >= self.adj.max_request_body_size:
            # Or the client would be told to send the body, and the connection would wait for it.
            self.expect_continue = False
        if refusal:
            raise ParsingError(refusal)

    def _refusal(self) -> str:
        if self.version not in VERSIONS:
            return "This server speaks HTTP/1.0 and HTTP/1.1."
        # The header is still there where the version made the parser overlook it.
        if self.chunked or "TRANSFER_ENCODING" in self.headers:
            return "Announce the size of the body in Content-Length."
        return ""


class RefusedRequest(ErrorTask):
    """Answer in the shape of the API's errors; the connection is closed after it."""

    def execute(self) -> None:
        error = self.request.error  # type: ignore[attr-defined]  # the stubs have an Error where a parser is
        code, message = CODES.get(error.code, ("bad_request", error.body))
        body = json.dumps({"code": code, "message": message, "detail": {}}).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers = [
            ("Content-Type", "application/json"),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "private, no-store"),
        ]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)
