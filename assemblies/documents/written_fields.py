"""The fields people write, each with its rule, whatever door they come by: a request body or a form."""

from collections.abc import Callable
from typing import Any

from assemblies.documents.fields import (
    normalise_metadata,
    normalise_name,
    normalise_sites,
    normalise_summary,
    normalise_tags,
    normalise_timeout,
    normalise_version,
)
from assemblies.documents.run_fields import RUN_FIELDS
from assemblies.documents.stand_ins import check_script
from assemblies.documents.variables import normalise_variables
from assemblies.documents.workflow import parse_graph
from assemblies.domains import AssemblyType, Kind
from assemblies.errors import InvalidField

NORMALISERS: dict[str, Callable[[Any, str], Any]] = {
    "display_name": normalise_name,
    "summary": normalise_summary,
    "version": normalise_version,
    "tags": normalise_tags,
    "metadata": normalise_metadata,
    "timeout_seconds": normalise_timeout,
    "variables": normalise_variables,
    "sites": normalise_sites,
    **RUN_FIELDS,
}


def normalise_payload(value: object, assembly_type: AssemblyType, field: str = "payload") -> bytes:
    """The bytes of a script given as text, or of a graph given as text or as an object. Raises InvalidField."""
    if assembly_type.kind is Kind.WORKFLOW:
        return parse_graph(value, field)
    if not isinstance(value, str):
        raise InvalidField("The script must be sent as text.", field=field)
    script = value.encode()
    check_script(script, field)
    return script
