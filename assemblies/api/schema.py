"""The API's description: one decorator per operation, with its answers and every refusal it can give."""

from typing import Any

from drf_spectacular.authentication import SessionScheme as FrameworkSessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, PolymorphicProxySerializer

from assemblies.api import answers, bodies, official_answers
from assemblies.catalogue import ORDERINGS
from assemblies.documents import Style
from assemblies.domains import AssemblyType, Domain, Kind, UpstreamState
from devmode.api.schema import READING, WRITING, described

FINDING = (400, 401, 404, 503)
ASKING = (400, 401, 503)
UNCHANGED = OpenApiResponse(description="Nothing has changed since the answer with that ETag.")
BYTES: dict[Any, Any] = {(200, "application/octet-stream"): OpenApiTypes.BINARY, 304: UNCHANGED}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "devmode.accounts.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Authorization: Token <token>`; a token is had by logging in.",
        }


class SessionScheme(FrameworkSessionScheme):  # type: ignore[no-untyped-call]
    target_class = "devmode.accounts.authentication.SessionAuthentication"
    name = "session"


def _query(name: str, kind: Any = str, *, words: Any = None, text: str = "") -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY, enum=words, description=text)


def _header(name: str, text: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, description=text)


GUID = OpenApiParameter(
    "guid",
    str,
    OpenApiParameter.PATH,
    description="32 or 40 hexadecimal digits, a UUID, or a registered alias (`Content-Location` then says whose).",
)
NAME = OpenApiParameter("name", str, OpenApiParameter.PATH, description="The attachment's file name.")
SEQUENCE = OpenApiParameter("sequence", int, OpenApiParameter.PATH, description="The revision's number.")
IF_MATCH = _header("If-Match", "The ETag or the revision that was read; 412 when another one is current.")
IF_NONE_MATCH = _header("If-None-Match", "The ETag that was read; 304 when it is current.")
KEY = _header("Idempotency-Key", "The same key is the same event, however often it is sent.")
DOMAIN = _query("domain", words=[*Domain.values, "user_created"])
PAGE = (_query("limit", int, text="1 to 10000"), _query("offset", int))
ORDERS = [f"{sign}{name}" for name in ORDERINGS for sign in ("", "-")]
FILTERS = (
    DOMAIN,
    _query("kind", words=Kind.values),
    _query("type", words=AssemblyType.values),
    _query("category"),
    _query("tag"),
    _query("dirty", bool),
    _query("upstream_state", words=UpstreamState.values),
    _query("deleted", bool),
    _query("q", text="Words in names, summaries, variables and tags."),
    _query("content", text="Text in decoded scripts; answers with the matching lines."),
    _query("ordering", words=ORDERS),
)
STYLE = _query("style", words=[style.value for style in Style])

list_items = described(
    "List assemblies",
    operation_id="list_assemblies",
    answers={200: answers.ItemList, 304: UNCHANGED},
    parameters=(*FILTERS, *PAGE, IF_NONE_MATCH),
    refusals=READING,
)
create_item = described(
    "Create an assembly",
    operation_id="create_assembly",
    body=bodies.NewItem,
    answers={201: answers.WrittenItem},
    parameters=(KEY,),
    refusals=(400, 401, 403, 409, 413, 415, 503, 507),
)
read_item = described(
    "Read an assembly",
    operation_id="read_assembly",
    answers={200: answers.ItemDetail, 304: UNCHANGED},
    parameters=(GUID, IF_NONE_MATCH),
    refusals=FINDING,
)
replace_item = described(
    "Replace an assembly",
    operation_id="replace_assembly",
    body=bodies.ItemReplacement,
    answers={200: answers.WrittenItem},
    parameters=(GUID, IF_MATCH),
    refusals=WRITING,
)
change_item = described(
    "Change an assembly",
    operation_id="change_assembly",
    body=bodies.ItemChange,
    answers={200: answers.WrittenItem},
    parameters=(GUID, IF_MATCH),
    refusals=WRITING,
)
delete_item = described(
    "Delete an assembly",
    operation_id="delete_assembly",
    answers={202: answers.Status},
    parameters=(GUID, IF_MATCH),
    refusals=(400, 401, 403, 404, 412, 503, 507),
)
clone_item = described(
    "Clone an assembly",
    operation_id="clone_assembly",
    body=bodies.CloneBody,
    answers={201: answers.WrittenItem},
    parameters=(GUID, KEY),
    refusals=WRITING,
)
import_items = described(
    "Import documents",
    operation_id="import_assemblies",
    body={"application/json": bodies.ImportBody, "multipart/form-data": bodies.ImportUpload},
    answers={
        200: PolymorphicProxySerializer(
            "Imported",
            [answers.WrittenItem, answers.ImportResults, answers.Preview],
            resource_type_field_name=None,
        ),
        201: answers.WrittenItem,
    },
    parameters=(KEY,),
    refusals=(400, 401, 403, 409, 413, 415, 429, 503, 507),
)
export_item = described(
    "Export an assembly",
    operation_id="export_assembly",
    answers={200: OpenApiTypes.OBJECT},
    parameters=(GUID, STYLE, _query("script_encoding", words=["base64", "text"])),
    refusals=FINDING,
)
export_items = described(
    "Export a domain",
    operation_id="export_assemblies",
    answers={(200, "application/zip"): OpenApiTypes.BINARY},
    parameters=(DOMAIN, _query("style", words=[*(style.value for style in Style), "tree"])),
    refusals=ASKING,
)
read_payload = described(
    "Download the script or graph",
    operation_id="read_payload",
    answers=BYTES,
    parameters=(GUID, IF_NONE_MATCH),
    refusals=FINDING,
)
read_attachment = described(
    "Download an attachment",
    operation_id="read_attachment",
    answers=BYTES,
    parameters=(GUID, NAME, IF_NONE_MATCH),
    refusals=FINDING,
)
write_attachment = described(
    "Put an attachment on an assembly",
    operation_id="write_attachment",
    body={"application/octet-stream": OpenApiTypes.BINARY},
    answers={200: answers.WrittenItem},
    parameters=(GUID, NAME, IF_MATCH),
    refusals=(400, 401, 403, 404, 412, 413, 503, 507),
)
delete_attachment = described(
    "Take an attachment off",
    operation_id="delete_attachment",
    answers={200: answers.WrittenItem},
    parameters=(GUID, NAME, IF_MATCH),
    refusals=(400, 401, 403, 404, 412, 503, 507),
)
list_revisions = described(
    "List revisions",
    operation_id="list_revisions",
    answers={200: answers.RevisionList},
    parameters=(GUID, *PAGE),
    refusals=FINDING,
)
read_revision = described(
    "Read a revision",
    operation_id="read_revision",
    answers={200: answers.RevisionDetail},
    parameters=(GUID, SEQUENCE),
    refusals=FINDING,
)
diff_revisions = described(
    "Compare two revisions",
    operation_id="diff_revisions",
    answers={200: answers.Difference},
    parameters=(
        GUID,
        _query("from", int),
        _query("to", int),
        _query("against", words=["origin"], text="Compare with what the assembly was copied from, as it is now."),
    ),
    refusals=(400, 401, 404, 409, 503),
)
revert_item = described(
    "Revert an assembly",
    operation_id="revert_assembly",
    body=bodies.RevertBody,
    answers={200: answers.WrittenItem},
    parameters=(GUID, IF_MATCH),
    refusals=WRITING,
)
adopt_item = described(
    "Adopt a withdrawn official assembly",
    operation_id="adopt_assembly",
    body=bodies.AdoptBody,
    answers={201: answers.WrittenItem},
    parameters=(GUID, KEY),
    refusals=(400, 401, 403, 404, 409, 413, 415, 503, 507),
)
take_original = described(
    "Take the new original",
    operation_id="take_original",
    body=bodies.NoFields,
    answers={200: answers.WrittenItem},
    parameters=(GUID, IF_MATCH, KEY),
    refusals=WRITING,
)
sync_official = described(
    "Synchronise the official catalogue",
    operation_id="sync_official",
    body=bodies.SyncBody,
    answers={200: official_answers.SyncReport},
    refusals=(400, 401, 403, 409, 412, 413, 415, 503, 507),
)
list_syncs = described(
    "List official syncs",
    operation_id="list_official_syncs",
    answers={200: official_answers.SyncList},
    parameters=PAGE,
    refusals=ASKING,
)
list_queue = described(
    "List pending writes",
    operation_id="list_queue",
    answers={200: answers.Queue},
    parameters=PAGE,
    refusals=ASKING,
)
discard_pending = described(
    "Discard a pending write",
    operation_id="discard_pending",
    answers={200: answers.WrittenItem, 202: answers.Status},
    parameters=(GUID,),
    refusals=(400, 401, 403, 404, 412, 503, 507),
)
read_health = described(
    "Is the server alive?", operation_id="read_health", answers={200: answers.Status}, refusals=(), tag="health"
)
read_readiness = described(
    "Can the server do its work?",
    operation_id="read_readiness",
    answers={200: answers.Readiness, 503: answers.Readiness},
    refusals=(),
    tag="health",
)
