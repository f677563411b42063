"""What each category of settings demands: who may set it, under which key, and to what.

A favourite is a personal matter: everybody who is signed in has their own, under their own name and nobody else's. All
other settings are for those who may change the assembly.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from assemblies import documents
from assemblies.actions.audit import record_denial
from assemblies.actions.permit import Permit, get_permit
from assemblies.actions.selection import get_selection
from assemblies.audit_events import LibraryEvent
from assemblies.documents.decoding import check_size
from assemblies.domains import Domain
from assemblies.errors import Forbidden, InvalidField
from assemblies.models import Assembly, AssemblyAlias, SettingCategory
from assemblies.permissions import Place, Verb
from devmode.actor import Actor, Role
from devmode.audit.events import AuditEvent

MAX_VALUE_BYTES = 16 * 1024
MAX_REASON_LENGTH = 500
_RULE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
SECRET_TYPES = frozenset({"credential", "secret", "password"})


def is_personal(category: SettingCategory) -> bool:
    return category is SettingCategory.FAVOURITE


def check_own(actor: Actor, category: SettingCategory, key: str) -> None:
    """Raise Forbidden when the setting is personal and another person's."""
    if is_personal(category) and key != actor.name and actor.role != Role.COMMAND:
        raise Forbidden("A favourite is personal: everybody sets their own, under their own name.")


def get_setting_permit(
    actor: Actor, event: AuditEvent, domain: Domain, category: SettingCategory, key: str, *, guid: str
) -> Permit:
    """Return the permit for one setting of an assembly. Raises, and audits, Forbidden or DevModeRequired."""
    if not is_personal(category):
        return get_permit(actor, event, domain, verb=_verb_of(category), guid=guid)
    try:
        check_own(actor, category, key)
    except Forbidden as refusal:
        record_denial(actor, event, refusal, guid=guid)
        raise
    return get_permit(actor, event, Place.OWN, guid=guid)


def get_settings_permit(actor: Actor, guids: Sequence[str], category: SettingCategory) -> Permit:
    """Return the permit for a setting of several assemblies. Raises, and audits, what refuses one of their domains.

    Raises AssemblyNotFound when one of them is gone.
    """
    domains = sorted({Domain(row.domain) for row in get_selection(guids, with_texts=False)})
    return get_permit(actor, LibraryEvent.SET_SETTING, *domains, verb=_verb_of(category))


def _verb_of(category: SettingCategory) -> Verb:
    return Verb.APPROVE if category is SettingCategory.APPROVED else Verb.CHANGE


def checked_value(row: Assembly, category: SettingCategory, key: str, value: Any) -> Any:
    """Return the value as it is kept. Raises InvalidField, DocumentTooLarge."""
    documents.normalise_name(key, "key")
    documents.check_value(value, "value")
    check_size(value, MAX_VALUE_BYTES)
    rule = _RULES.get(category)
    return rule(row, key, value) if rule else value


def _variable_default(row: Assembly, key: str, value: Any) -> Any:
    variable = next((one for one in row.read_content().variables if one["name"] == key), None)
    if variable is None:
        raise InvalidField("The assembly has no variable of that name.", field="key")
    if str(variable.get("type")).lower() in SECRET_TYPES:
        raise InvalidField("A secret has no default: settings are there for everybody to read.", field="key")
    return value


def _favourite(row: Assembly, key: str, value: Any) -> Any:
    if value is not True:
        raise InvalidField("This must be true; remove the setting when it is no favourite any more.", field="value")
    return value


def _replaced_by(row: Assembly, key: str, value: Any) -> Any:
    """Return the canonical GUID, whatever name the other assembly was given by."""
    guid = AssemblyAlias.objects.find_canonical(value) if isinstance(value, str) else None
    if guid is None or not Assembly.objects.live().filter(guid=guid).exists():
        raise InvalidField("This must be the GUID of another assembly.", field="value")
    if guid == row.guid:
        raise InvalidField("An assembly cannot replace itself.", field="value")
    return guid


def _suppressed_check(row: Assembly, key: str, value: Any) -> Any:
    """The key is the rule, the value says why what it tells is known and accepted."""
    if not _RULE_NAME.fullmatch(key):
        raise InvalidField("This must be the name of a rule, such as SC2086 or hosts.", field="key")
    reason = value.get("reason") if isinstance(value, dict) and set(value) == {"reason"} else None
    if not isinstance(reason, str) or not reason.strip() or len(reason) > MAX_REASON_LENGTH:
        words = f'This must be {{"reason": "…"}}, with a reason of at most {MAX_REASON_LENGTH} characters.'
        raise InvalidField(words, field="value")
    return {"reason": reason.strip()}


_RULES: dict[SettingCategory, Callable[[Assembly, str, Any], Any]] = {
    SettingCategory.VARIABLE_DEFAULT: _variable_default,
    SettingCategory.FAVOURITE: _favourite,
    SettingCategory.REPLACED_BY: _replaced_by,
    SettingCategory.SUPPRESSED_CHECK: _suppressed_check,
}
