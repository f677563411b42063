"""The description of what is said about assemblies by their GUID: settings and notes."""

from drf_spectacular.utils import OpenApiParameter

from assemblies.api import bodies, identity_answers
from assemblies.api.schema import FINDING, GUID, PAGE
from assemblies.models import SettingCategory
from devmode.api.schema import described

WRITING = (400, 401, 403, 404, 413, 415, 503, 507)
CATEGORY = OpenApiParameter("category", str, OpenApiParameter.PATH, enum=SettingCategory.values)
KEY = OpenApiParameter(
    "key",
    str,
    OpenApiParameter.PATH,
    description="The variable's name, for a favourite your own user name, else what the setting is for.",
)

list_settings = described(
    "List settings",
    operation_id="list_settings",
    answers={200: identity_answers.SettingList},
    parameters=(GUID, *PAGE),
    refusals=FINDING,
)
list_setting_history = described(
    "List what was set before",
    operation_id="list_setting_history",
    answers={200: identity_answers.EarlierSettingList},
    parameters=(GUID, *PAGE),
    refusals=FINDING,
)
write_setting = described(
    "Set something on an assembly",
    operation_id="write_setting",
    body=bodies.SettingBody,
    answers={200: identity_answers.Setting},
    parameters=(GUID, CATEGORY, KEY),
    refusals=WRITING,
)
remove_setting = described(
    "Remove what was set on an assembly",
    operation_id="remove_setting",
    answers={204: None},
    parameters=(GUID, CATEGORY, KEY),
    refusals=(400, 401, 403, 404, 503, 507),
)
list_notes = described(
    "List notes",
    operation_id="list_notes",
    answers={200: identity_answers.NoteList},
    parameters=(GUID, *PAGE),
    refusals=FINDING,
)
add_note = described(
    "Add a note to an assembly",
    operation_id="add_note",
    body=bodies.NoteBody,
    answers={201: identity_answers.Note},
    parameters=(GUID,),
    refusals=WRITING,
)
