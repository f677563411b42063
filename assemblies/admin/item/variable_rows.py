"""The Variables tab: a row per variable, in the order in which a person enters them.

A row remembers which variable it was, so that keys the form does not know stay with it, and what was not touched keeps
its exact value. A new variable has the keys that documents usually have.
"""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assemblies import documents
from assemblies.actions.setting_rules import SECRET_TYPES
from assemblies.admin.item import typed_values as values
from assemblies.checking.references import reference_to
from assemblies.documents.payload_text import with_line_feeds
from assemblies.domains import AssemblyType
from assemblies.errors import InvalidDocument
from assemblies.execution.variables import find_warnings
from assemblies.supervision import Language

TYPES = ("string", "number", "boolean", "select", "credential")
TRUTH_TYPES = frozenset({"boolean", "bool"})
# More than these are edited as JSON: a page of so many rows would be of no use.
MAX_ROWS = 500
NEW = {"name": "", "label": "", "type": "string", "default": "", "required": False, "description": ""}
# What the page's script follows while somebody types.
PARTS = ("name", "type", "default")
CHOICE_KEYS = ("options", "choices")
# Where a refusal of the document's rules is shown.
_PLACE = re.compile(r"^variables\[(\d+)\](?:\.(\w+))?")


class VariableForm(forms.Form):
    """One row."""

    use_required_attribute = False

    of = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name"), required=False, strip=False)
    label = forms.CharField(label=_("Label"), required=False, strip=False)
    type = forms.CharField(label=_("Type"), required=False, strip=False, initial=NEW["type"])
    default = forms.CharField(label=_("Default"), required=False, strip=False)
    required = forms.BooleanField(label=_("Required"), required=False)
    choices = forms.CharField(
        label=_("Choices"),
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("One per line."),
    )
    description = forms.CharField(
        label=_("Description"), required=False, strip=False, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, *args: Any, variables: list[dict[str, Any]], language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"label_suffix": ""})
        self.language = language
        self.original = self._find_original(variables)
        if not has_plain_choices(self.original):
            del self.fields["choices"]
        self.fields["type"].widget = forms.Select(choices=_types(self._value("type")))
        self.fields["default"].widget = self._default_widget()
        for name in PARTS:
            self.fields[name].widget.attrs |= {"data-part": name, "autocomplete": "off", "spellcheck": "false"}

    def _default_widget(self) -> forms.Widget:
        """Return a field that can hold the default as it is: a browser takes line breaks out of one line."""
        if "\n" in with_line_feeds(self._value("default")):
            return forms.Textarea({"rows": 2})
        return forms.PasswordInput(render_value=True) if self.is_secret else forms.TextInput()

    def _find_original(self, variables: list[dict[str, Any]]) -> dict[str, Any]:
        """Return the variable the row was filled from; nothing for a new row."""
        at = _place(self._value("of"), len(variables))
        return variables[at] if at < len(variables) else {}

    def _value(self, name: str) -> str:
        value = self[name].value()
        return "" if value is None else str(value)

    @property
    def is_secret(self) -> bool:
        return self._value("type").lower() in SECRET_TYPES

    @property
    def reference(self) -> str:
        return reference_to(self._value("name"), self.language)

    @property
    def declared(self) -> dict[str, Any]:
        """What the row says now, as far as a run would look at it; choices that no row shows stay as they are."""
        shown = {key: self._value(key) for key in ("name", "type", "default")}
        key = choices_key(self.original)
        options = values.read_lines(self._value("choices")) if "choices" in self.fields else self.original.get(key)
        return shown | {"options": options}

    @property
    def is_blank(self) -> bool:
        """Say whether this is a new row that nothing was typed into."""
        texts = ("name", "label", "default", "choices", "description")
        return not self.original and not any(self.cleaned_data.get(name) for name in texts)

    def read(self) -> dict[str, Any]:
        """Return the variable. Raises InvalidField."""
        typed = self.cleaned_data
        variable = dict(self.original or NEW)
        for key in ("name", "label", "type"):
            if self._touched(key, values.shown_value(variable.get(key)), values.same_line):
                variable[key] = typed[key] if self.original else typed[key].strip()
        if self._touched("description", values.shown_value(variable.get("description")), values.same_text):
            variable["description"] = values.read_text(typed["description"], variable.get("description"))
        if typed["required"] != bool(variable.get("required")):
            variable["required"] = typed["required"]
        return self._with_choices(self._with_default(variable))

    def _touched(self, name: str, shown: str, same: Callable[[str, str], bool]) -> bool:
        """Say whether somebody changed what a field of the row showed; what was not sent was not changed."""
        return self.add_prefix(name) in self.data and not same(self.cleaned_data[name], shown)

    def _with_default(self, variable: dict[str, Any]) -> dict[str, Any]:
        before = variable.get("default")
        is_truth = _is_truth(variable)
        became_truth = is_truth and not _is_truth(self.original) and self.add_prefix("default") in self.data
        if became_truth or self._touched("default", values.shown_value(before), values.same_text):
            typed = self.cleaned_data["default"]
            variable["default"] = values.read_value(typed, before, "default", is_truth=is_truth)
        return variable

    def _with_choices(self, variable: dict[str, Any]) -> dict[str, Any]:
        key = choices_key(self.original)
        shown = values.shown_lines(variable.get(key) or [])
        if "choices" in self.fields and self._touched("choices", shown, values.same_text):
            variable[key] = values.read_lines(self.cleaned_data["choices"])
        return variable


if TYPE_CHECKING:
    BaseFormSet = forms.BaseFormSet[VariableForm]
else:
    BaseFormSet = forms.BaseFormSet


class BaseVariableRows(BaseFormSet):
    """All rows."""

    def __init__(
        self, variables: list[dict[str, Any]], language: str, data: Any = None, prefix: str = "variables"
    ) -> None:
        self.variables, self.language = variables, language
        initial = [shown_variable(variables[at]) | {"of": at} for at in shown_order(variables)]
        kwargs = {"variables": variables, "language": language}
        super().__init__(data=data, prefix=prefix, initial=initial, form_kwargs=kwargs)

    def add_fields(self, form: Any, index: int | None) -> None:
        """Make the rows' places hidden numbers, which the page's buttons change."""
        super().add_fields(form, index)
        form.fields["ORDER"].widget.attrs |= {"class": "row-order", "min": 1}
        form.fields["ORDER"].label = _("Place")
        form.fields["DELETE"].label = _("Remove")

    @property
    def shown_rows(self) -> list[Any]:
        """The rows in the order they were put into."""
        return sorted(self.forms, key=lambda row: _place(row["ORDER"].value(), len(self.forms)))

    @property
    def warned_rows(self) -> list[tuple[Any, dict[str, str]]]:
        """The rows in their order, each with what a run could not take of it: nothing that stops a save."""
        rows = self.shown_rows
        assembly_type = AssemblyType(self.language)
        language = None if assembly_type is AssemblyType.WORKFLOW else Language(self.language)
        return list(zip(rows, find_warnings(language, [row.declared for row in rows]), strict=True))

    def read(self) -> list[dict[str, Any]] | None:
        """Return the variables in the order of the rows; None when a row has a mistake, which then shows at it."""
        rows = [row for row in self.shown_rows if row not in self.deleted_forms and not row.is_blank]
        try:
            found = self._numbered([(self._read(row), row) for row in rows])
        except InvalidDocument:
            return None
        try:
            return documents.normalise_variables([variable for variable, _row in found])
        except InvalidDocument as error:
            self._show(error, [row for _variable, row in found])
            return None

    def clean(self) -> None:
        """Take no variable for removed whose row only did not arrive."""
        arrived = {row.cleaned_data.get("of") for row in self.forms if row.is_valid()}
        is_whole = all(row.is_valid() for row in self.forms)
        if is_whole and not arrived.issuperset(range(len(self.variables))):
            raise forms.ValidationError(_("Some rows did not arrive. Send them again, or reload the page."))

    def _read(self, row: Any) -> dict[str, Any]:
        try:
            variable: dict[str, Any] = row.read()
        except InvalidDocument as error:
            row.add_error(str(error.detail["field"]), error.message)
            raise
        return variable

    def _numbered(self, found: list[tuple[dict[str, Any], Any]]) -> list[tuple[dict[str, Any], Any]]:
        """Keep the stored order while the rows stand as they stood; otherwise renumber what is numbered."""
        shown = shown_order(self.variables)
        if [row.cleaned_data.get("of") for _variable, row in found] == shown:
            return [found[shown.index(at)] for at in range(len(shown))]
        if not any("order" in variable for variable in self.variables):
            return found
        return [(variable | {"order": place}, row) for place, (variable, row) in enumerate(found, start=1)]

    def _show(self, error: InvalidDocument, rows: list[Any]) -> None:
        ((at, name),) = _PLACE.findall(str(error.detail["field"]))
        row = rows[int(at)]
        name = "choices" if name in CHOICE_KEYS else name
        row.add_error(name if name in row.fields else None, error.message)


VariableRows = forms.formset_factory(
    VariableForm,
    formset=BaseVariableRows,
    extra=0,
    can_order=True,
    can_delete=True,
    max_num=MAX_ROWS,
    validate_max=True,
    absolute_max=MAX_ROWS + 100,
)


def choices_key(variable: dict[str, Any]) -> str:
    return next((key for key in CHOICE_KEYS if key in variable), CHOICE_KEYS[0])


def has_plain_choices(variable: dict[str, Any]) -> bool:
    """Say whether the choices are a list of lines, or there are none; others are edited as JSON."""
    choices = variable.get(choices_key(variable))
    if choices is None:
        return True
    return isinstance(choices, list) and all(isinstance(one, str) and one == one.strip() != "" for one in choices)


def shown_order(variables: list[dict[str, Any]]) -> list[int]:
    """Return the places of the variables in the order of input: by `order` where all have one."""
    places = range(len(variables))
    if all(isinstance(variable.get("order"), int | float) for variable in variables):
        return sorted(places, key=lambda at: variables[at]["order"])
    return list(places)


def shown_variable(variable: dict[str, Any]) -> dict[str, Any]:
    """Return what a row shows."""
    shown: dict[str, Any] = {
        key: values.shown_value(variable.get(key)) for key in ("name", "label", "type", "default", "description")
    }
    shown["required"] = bool(variable.get("required"))
    if has_plain_choices(variable):
        shown["choices"] = values.shown_lines(variable.get(choices_key(variable)) or [])
    return shown


def _is_truth(variable: dict[str, Any]) -> bool:
    return str(variable.get("type")).lower() in TRUTH_TYPES


def _place(value: Any, last: int) -> int:
    """Return where a row was put; one without a place comes last."""
    text = str(value)
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 6 else last + 1


def _types(current: str) -> Iterator[tuple[str, str]]:
    known = [(one, one) for one in TYPES]
    if current not in TYPES:
        known.append((current, current or "—"))
    return iter(known)
