"""What somebody chose in the list: the rows they ticked, or everything that matches the question."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from assemblies.admin.grid.address import ListAddress
from assemblies.admin.grid.results import find
from assemblies.admin.page import number_of
from assemblies.errors import InvalidField

# A deletion names each of them once more, with its revision, in one form.
MAX_CHOSEN = 40_000


def chosen(request: HttpRequest) -> list[str]:
    """Return the GUIDs, each once. Raises InvalidField when there are none, or more than can be changed at once."""
    if request.POST.get("matching") == "yes":
        found = find(ListAddress.of_text(request.POST.get("query", "")), request.user)
        guids = list(found.result.guids)
    else:
        guids = [*dict.fromkeys(request.POST.getlist("guid"))]
    if not guids:
        raise InvalidField(_("Nothing was selected: tick the rows first."), field="guid")
    if len(guids) > MAX_CHOSEN:
        words = _(
            "These are %(count)s assemblies; at most %(limit)s are changed at once. Narrow the list, part by part."
        )
        raise InvalidField(words % {"count": len(guids), "limit": MAX_CHOSEN}, field="guid")
    return guids


def chosen_revisions(request: HttpRequest) -> dict[str, int]:
    """Return what a page of confirmation showed: each GUID with the revision it had then; unsaid, one that none has."""
    revisions: dict[str, int] = {}
    for pair in request.POST.get("shown", "").split():
        guid, _at, revision = pair.partition("@")
        revisions[guid] = number_of(revision) or 0
    if not revisions:
        raise InvalidField(_("Nothing was selected: tick the rows first."), field="guid")
    return revisions
