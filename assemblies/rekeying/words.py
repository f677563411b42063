"""What each profile calls things, in plans, reports and counters."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Words:
    """The names of one profile: `parent_id` and the like are columns, the others parts of JSON keys."""

    profile: str
    parent: str
    parents: str
    state: str
    note: str
    reference: str
    state_parent: str
    note_type: str
    note_name: str
    reference_name: str
    tells_place: bool
    parent_table: str
    state_table: str


ATOCORE = Words(
    profile="atocore",
    parent="project",
    parents="projects",
    state="state",
    note="memory",
    reference="interaction",
    state_parent="project_id",
    note_type="memory_type",
    note_name="project",
    reference_name="project",
    tells_place=False,
    parent_table="projects",
    state_table="project_state",
)
CATALOGUE = Words(
    profile="catalogue",
    parent="assembly",
    parents="assemblies",
    state="settings",
    note="note",
    reference="reference",
    state_parent="assembly_guid",
    note_type="note_type",
    note_name="assembly_guid",
    reference_name="assembly_guid",
    tells_place=True,
    parent_table="assemblies",
    state_table="settings",
)
