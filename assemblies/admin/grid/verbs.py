"""What may be done to many assemblies at once: each verb is one call of one action, and a word on what came of it."""

from collections.abc import Callable, Sequence

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assemblies.actions.change import Receipt
from assemblies.actions.clone import clone_many
from assemblies.actions.permit import get_permit
from assemblies.actions.selection import categorise_many, get_selection_permit, tag_many
from assemblies.actions.setting_rules import get_settings_permit
from assemblies.actions.settings import set_for_many
from assemblies.audit_events import LibraryEvent
from assemblies.domains import Domain
from assemblies.errors import InvalidField
from assemblies.models import SettingCategory
from devmode.actor import Actor

Verb = Callable[[Sequence[str], QueryDict, Actor], str]


def tag(guids: Sequence[str], sent: QueryDict, actor: Actor) -> str:
    word = sent.get("tag", "").strip()
    permit = get_selection_permit(guids, actor=actor, event=LibraryEvent.TAG_MANY)
    changed, same = _counts(tag_many(guids, word, permit=permit))
    said = ngettext(
        "%(count)d assembly now carries the tag “%(word)s”.",
        "%(count)d assemblies now carry the tag “%(word)s”.",
        changed,
    )
    return _with_rest(said % {"count": changed, "word": word}, same)


def untag(guids: Sequence[str], sent: QueryDict, actor: Actor) -> str:
    word = sent.get("tag", "").strip()
    permit = get_selection_permit(guids, actor=actor, event=LibraryEvent.TAG_MANY)
    changed, same = _counts(tag_many(guids, word, permit=permit, remove=True))
    said = ngettext(
        "The tag “%(word)s” was taken from %(count)d assembly.",
        "The tag “%(word)s” was taken from %(count)d assemblies.",
        changed,
    )
    return _with_rest(said % {"count": changed, "word": word}, same)


def categorise(guids: Sequence[str], sent: QueryDict, actor: Actor) -> str:
    word = sent.get("category", "").strip()
    if not word:
        # An empty box next to a button is a slip more often than a wish for no category at all.
        raise InvalidField(_("Name the category first."), field="category")
    permit = get_selection_permit(guids, actor=actor, event=LibraryEvent.CATEGORISE_MANY)
    changed, same = _counts(categorise_many(guids, word, permit=permit))
    said = ngettext(
        "%(count)d assembly is now in the category “%(word)s”.",
        "%(count)d assemblies are now in the category “%(word)s”.",
        changed,
    )
    return _with_rest(said % {"count": changed, "word": word}, same)


def clone(guids: Sequence[str], sent: QueryDict, actor: Actor) -> str:
    wanted = sent.get("domain", "")
    if wanted not in Domain.values:
        raise InvalidField(_("Choose where the copies are to go."), field="domain")
    domain = Domain(wanted)
    permit = get_permit(actor, LibraryEvent.CLONE_MANY, domain)
    count = len(clone_many(guids, domain=domain, permit=permit))
    said = ngettext("%(count)d copy was made in %(domain)s.", "%(count)d copies were made in %(domain)s.", count)
    return said % {"count": count, "domain": domain.label}


def approve(guids: Sequence[str], sent: QueryDict, actor: Actor) -> str:
    stage = sent.get("life_cycle_words", "").strip()
    if not stage:
        raise InvalidField(_("Say first what they are approved for, such as production."), field="life_cycle_words")
    permit = get_settings_permit(actor, guids, SettingCategory.APPROVED)
    changed, same = set_for_many(guids, SettingCategory.APPROVED, stage, True, permit=permit)
    said = ngettext(
        "%(count)d assembly is approved for “%(word)s”.", "%(count)d assemblies are approved for “%(word)s”.", changed
    )
    return _with_rest(said % {"count": changed, "word": stage}, same)


def deprecate(guids: Sequence[str], sent: QueryDict, actor: Actor) -> str:
    why = sent.get("life_cycle_words", "").strip()
    permit = get_settings_permit(actor, guids, SettingCategory.DEPRECATED)
    changed, same = set_for_many(guids, SettingCategory.DEPRECATED, "reason", why or True, permit=permit)
    said = ngettext("%(count)d assembly is deprecated now.", "%(count)d assemblies are deprecated now.", changed)
    return _with_rest(said % {"count": changed}, same)


VERBS: dict[str, Verb] = {
    "tag": tag,
    "untag": untag,
    "categorise": categorise,
    "clone": clone,
    "approve": approve,
    "deprecate": deprecate,
}


def _counts(receipts: Sequence[Receipt]) -> tuple[int, int]:
    """Return how many were changed, and how many were so already."""
    changed = sum(receipt.changed for receipt in receipts)
    return changed, len(receipts) - changed


def _with_rest(said: str, same: int) -> str:
    if not same:
        return said
    rest = ngettext("%(count)d was so already.", "%(count)d were so already.", same) % {"count": same}
    return f"{said} {rest}"
