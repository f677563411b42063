"""Refuse scripts with errors where a domain is set to: before the transaction, since a check takes its time.

What the official catalogue publishes, and what brings an earlier state back, is taken as it is.
"""

from collections.abc import Iterator, Mapping, Sequence

from django.conf import settings
from django.utils import timezone

from assemblies.actions.change import Change
from assemblies.checking import Finding, Severity, Subject, check_many
from assemblies.domains import AssemblyType, Domain, Operation
from assemblies.errors import Refusal, ScriptHasErrors
from assemblies.models import Assembly, Content
from assemblies.models.columns import project
from assemblies.revisions.checks import suppressions_of

CHECKED = frozenset({Operation.CREATE, Operation.UPDATE, Operation.CLONE, Operation.IMPORT})
MAX_TOLD = 20


def refuse_errors(changes: Sequence[Change]) -> None:
    """Raise ScriptHasErrors for the first new script in which the checks find errors that nobody suppressed.

    Rows are read without a lock: what is decided depends on the new text, and the transaction decides everything else.
    """
    domains = frozenset(map(Domain, settings.REFUSE_ERRORS))
    wanted = [one for one in changes if one.operation in CHECKED and one.search_text] if domains else []
    if not wanted:
        return
    rows = Assembly.objects.without_texts().in_bulk([change.guid for change in wanted])
    scripts = list(_scripts(wanted, rows, domains))
    reports = check_many([subject for _change, _domain, subject in scripts])
    for (change, domain, _subject), report in zip(scripts, reports, strict=True):
        if report.worst is not Severity.ERROR:
            continue
        left = report.without(one.rule for one in suppressions_of(change.guid))
        if left.worst is Severity.ERROR:
            raise _refusal(domain, [one for one in left.findings if one.severity is Severity.ERROR])


def _scripts(
    changes: Sequence[Change], rows: Mapping[str, Assembly], domains: frozenset[Domain]
) -> Iterator[tuple[Change, Domain, Subject]]:
    """Yield what is new in the domains that refuse errors, as it would be; what says the same as before is not.

    Of several changes of one assembly it is the last that counts.
    """
    last = {change.guid: change for change in changes}
    earlier: dict[str, Assembly] = {}
    for change in changes:
        row = rows.get(change.guid)
        domain = change.domain or (Domain(row.domain) if row else None)
        if domain not in domains or domain is None:
            continue
        content = _content(change, earlier.get(change.guid, row))
        if change is not last[change.guid]:
            if content is not None:
                earlier[change.guid] = Assembly(guid=change.guid, domain=domain, deleted_at=None, **project(content))
            continue
        if row and row.deleted_at is None and content and content.content_hash == row.content_hash:
            continue
        if content is not None and content.assembly_type != AssemblyType.WORKFLOW:
            text, names = change.search_text or "", tuple(str(one.get("name")) for one in content.variables)
            yield change, domain, Subject(AssemblyType(content.assembly_type), text, names, bool(content.files))


def _content(change: Change, row: Assembly | None) -> Content | None:
    """Return what the assembly would say; what may not be is for the transaction to refuse."""
    try:
        return change.rewrite(row, timezone.now())
    except Refusal:
        return None


def _refusal(domain: Domain, errors: Sequence[Finding]) -> ScriptHasErrors:
    first = errors[0]
    words = f"The checks found errors, and this domain refuses them. Line {first.line}: {first.message} ({first.rule})"
    findings = [{"rule": one.rule, "line": one.line, "message": one.message} for one in errors[:MAX_TOLD]]
    return ScriptHasErrors(words, domain=str(domain), findings=findings)
