"""What the API's description says in addition to shapes: parameters of paths and headers, bytes, ways to sign in."""

from typing import Any

from drf_spectacular.authentication import SessionScheme as FrameworkSessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from assemblies.api.shapes import fields as shapes
from assemblies.models import SettingCategory


def _path(name: str, kind: Any = str, **options: Any) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.PATH, **options)


def _header(name: str, text: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, description=text)


GUID = _path(
    "guid",
    pattern=shapes.GUID["pattern"],
    description="The assembly's GUID. A registered alias is answered, too; `Content-Location` then says whose it is.",
)
NAME = _path("name", description="The attachment's file name.")
SEQUENCE = _path("sequence", int, description="The revision's number.")
CATEGORY = _path("category", enum=SettingCategory.values)
SETTING_KEY = _path(
    "key", description="The variable's name, for a favourite your own user name, else what the setting is for."
)
IF_MATCH = _header("If-Match", "The ETag or the revision that was read; 412 when another one is current.")
IF_NONE_MATCH = _header("If-None-Match", "The ETag that was read; 304 when it is current.")
REVISION = OpenApiParameter(
    "X-Borealis-Revision", int, OpenApiParameter.HEADER, response=[200], description="The journal's revision exported."
)
IDEMPOTENCY_KEY = _header("Idempotency-Key", "The same key is the same event, however often it is sent.")

UNCHANGED = OpenApiResponse(description="Nothing has changed since the answer with that ETag.")
BYTES: dict[Any, Any] = {(200, "application/octet-stream"): OpenApiTypes.BINARY, 304: UNCHANGED}
READING_ONE = (400, 401, 404, 503)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "devmode.accounts.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Authorization: Token <token>`; obtain a token by logging in.",
        }


class SessionScheme(FrameworkSessionScheme):  # type: ignore[no-untyped-call]
    target_class = "devmode.accounts.authentication.SessionAuthentication"
    name = "session"
