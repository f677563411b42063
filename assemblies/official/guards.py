"""Why a plan must not be carried out: a broken or empty source must never take a good catalogue away.

Pure but for the question whether one version follows another, which the source answers.
"""

from collections.abc import Iterator, Mapping

from assemblies.official.official_rows import OfficialRow
from assemblies.official.plan import SyncPlan
from assemblies.official.source import OfficialSource, SourceContents

MAX_FAILING_SHARE = 0.2
MAX_REMOVED_SHARE = 0.5


def find_refusals(contents: SourceContents) -> list[str]:
    """Return the reasons to refuse what was read, whatever the caller takes upon themselves; none is good."""
    return [*_emptiness(contents), *_failures(contents)]


def find_rollback(source: OfficialSource, version: str, accepted: str) -> list[str]:
    """Return the reason to refuse `version` when it does not follow the one the catalogue was last brought to."""
    if not accepted or version == accepted or source.follows(version, accepted) is not False:
        return []
    return [
        f"{version} does not come after {accepted}, which the catalogue was brought to last: the history was rewritten "
        "or turned back; allow a rollback if that is meant."
    ]


def _emptiness(contents: SourceContents) -> Iterator[str]:
    if not contents.documents:
        yield "The source holds no official document."


def _failures(contents: SourceContents) -> Iterator[str]:
    failing = sum(one.is_broken for one in contents.skipped)
    total = failing + len(contents.documents)
    if failing > total * MAX_FAILING_SHARE:
        yield f"{failing} of {total} documents cannot be read; at most {MAX_FAILING_SHARE:.0%} may."


def find_mass_removal(plan: SyncPlan, rows: Mapping[str, OfficialRow]) -> list[str]:
    """Return the reason to refuse a plan that would take away most of the catalogue; somebody may mean that."""
    live, removed = sum(row.is_live for row in rows.values()), len(plan.removed)
    if not is_mass_removal(removed, live):
        return []
    return [f"{removed} of {live} official assemblies would be removed; allow a mass removal if that is meant."]


def is_mass_removal(removed: int, live: int) -> bool:
    """Say whether `removed` of the `live` assemblies are more than may go unasked."""
    return removed > live * MAX_REMOVED_SHARE
