"""Documents: strict decoding, and the shapes automation content is written in.

Pure: no models, no settings, no files. Everything that enters the library as JSON comes through `parse_json`; every
document through `read_document` or `read_tree`, and leaves through `write_document` or `write_tree`.
"""

from assemblies.documents.attachments import (
    Attachment,
    file_name_key,
    normalise_file_name,
    normalise_mime_type,
    normalise_upload_name,
)
from assemblies.documents.canonical import canonical_json, fitting_json, readable_json, same_value
from assemblies.documents.content_hash import AttachmentDigest, content_hash_of
from assemblies.documents.decoding import (
    MAX_DEPTH,
    MAX_WRAPPINGS,
    check_value,
    decode_base64,
    encode_base64,
    parse_json,
)
from assemblies.documents.document import Document, EnvelopeFacts, Style
from assemblies.documents.fields import (
    DEFAULT_TIMEOUT_SECONDS,
    DEFAULT_VERSION,
    default_category,
    default_sites,
    normalise_category,
    normalise_guid,
    normalise_metadata,
    normalise_name,
    normalise_sites,
    normalise_summary,
    normalise_tags,
    normalise_timeout,
    normalise_version,
)
from assemblies.documents.findings import first_line_findings, label_findings, labels_of, script_findings
from assemblies.documents.hidden_characters import find_hidden_characters
from assemblies.documents.kinds import find_assembly_type, get_assembly_type, normalise_type
from assemblies.documents.limits import SLACK_BYTES, check_facts_size, check_script_size, max_json_bytes
from assemblies.documents.other_json import names_assembly_keys
from assemblies.documents.payload_text import decode_text
from assemblies.documents.reading import READER_VERSION, document_flags, read_document
from assemblies.documents.run_fields import RUN_FIELDS, HowToRun, folded_into_extra, is_understood
from assemblies.documents.scripts import ScriptEncoding
from assemblies.documents.searchable import folded, searchable_text
from assemblies.documents.stand_ins import check_attachment
from assemblies.documents.tree import (
    SCRIPT_EXTENSIONS,
    file_name,
    read_tree,
    safe_stem,
    script_name,
    sibling_files,
    write_tree,
)
from assemblies.documents.variables import normalise_variables
from assemblies.documents.workflow import graph_of, parse_graph
from assemblies.documents.writing import write_document, write_outline
from assemblies.documents.written_fields import NORMALISERS, normalise_payload

__all__ = [
    "DEFAULT_TIMEOUT_SECONDS",
    "DEFAULT_VERSION",
    "MAX_DEPTH",
    "MAX_WRAPPINGS",
    "NORMALISERS",
    "READER_VERSION",
    "RUN_FIELDS",
    "SCRIPT_EXTENSIONS",
    "SLACK_BYTES",
    "Attachment",
    "AttachmentDigest",
    "Document",
    "EnvelopeFacts",
    "HowToRun",
    "ScriptEncoding",
    "Style",
    "canonical_json",
    "check_attachment",
    "check_facts_size",
    "check_script_size",
    "check_value",
    "content_hash_of",
    "decode_base64",
    "decode_text",
    "default_category",
    "default_sites",
    "document_flags",
    "encode_base64",
    "file_name",
    "file_name_key",
    "find_assembly_type",
    "find_hidden_characters",
    "first_line_findings",
    "fitting_json",
    "folded",
    "folded_into_extra",
    "get_assembly_type",
    "graph_of",
    "is_understood",
    "label_findings",
    "labels_of",
    "max_json_bytes",
    "names_assembly_keys",
    "normalise_category",
    "normalise_file_name",
    "normalise_guid",
    "normalise_metadata",
    "normalise_mime_type",
    "normalise_name",
    "normalise_payload",
    "normalise_sites",
    "normalise_summary",
    "normalise_tags",
    "normalise_timeout",
    "normalise_type",
    "normalise_upload_name",
    "normalise_variables",
    "normalise_version",
    "parse_graph",
    "parse_json",
    "read_document",
    "read_tree",
    "readable_json",
    "safe_stem",
    "same_value",
    "script_findings",
    "script_name",
    "searchable_text",
    "sibling_files",
    "write_document",
    "write_outline",
    "write_tree",
]
