"""The fields of the Summary and Script tabs: filled from a content, read back as changes of it.

Every rule is a document's own (`documents.NORMALISERS`); the form only shows what they say at the field.
"""

from typing import Any

from django import forms
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assemblies import documents
from assemblies.admin.item import typed_values as values
from assemblies.admin.item.editor import ScriptWidget
from assemblies.conf import max_script_bytes
from assemblies.documents import Document
from assemblies.documents.payload_text import payload_from_editing, text_for_editing
from assemblies.domains import AssemblyType, Kind, OperatingSystem
from assemblies.errors import InvalidDocument
from assemblies.models import Content

SITE_MODES = [("all", gettext_lazy("All sites")), ("specific", gettext_lazy("Only these sites"))]
# What the form calls parts of one field of the document.
PARTS = {"sites.mode": "sites_mode", "sites.values": "sites_values", "sites": "sites_values"}
LINES = frozenset({"display_name", "category", "version", "timeout_seconds", "run_as", "minimum_version"})


class ItemForm(forms.Form):
    """What people write of one assembly, but its variables and files."""

    use_required_attribute = False

    display_name = forms.CharField(label=gettext_lazy("Name"), required=False, strip=False)
    summary = forms.CharField(
        label=gettext_lazy("Summary"), required=False, strip=False, widget=forms.Textarea({"rows": 3})
    )
    assembly_type = forms.ChoiceField(label=gettext_lazy("Type"), required=False)
    category = forms.CharField(
        label=gettext_lazy("Category"),
        required=False,
        strip=False,
        widget=forms.TextInput({"list": "known-categories", "autocomplete": "off"}),
    )
    version = forms.CharField(label=gettext_lazy("Version"), required=False, strip=False)
    timeout_seconds = forms.CharField(
        label=gettext_lazy("Time limit in seconds"),
        required=False,
        strip=False,
        widget=forms.TextInput({"inputmode": "numeric"}),
        help_text=gettext_lazy("A run that takes longer is ended."),
    )
    tags = forms.CharField(
        label=gettext_lazy("Tags"),
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 3, "data-chips": ""}),
        help_text=gettext_lazy("One per line."),
    )
    operating_systems = forms.MultipleChoiceField(
        label=gettext_lazy("Operating systems"),
        required=False,
        choices=OperatingSystem.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    run_as = forms.CharField(
        label=gettext_lazy("Runs as"),
        required=False,
        strip=False,
        help_text=gettext_lazy(
            "system, user (the person logged on), or an account's name. Runs on this server keep the worker's."
        ),
    )
    minimum_version = forms.CharField(
        label=gettext_lazy("Minimum version"),
        required=False,
        strip=False,
        help_text=gettext_lazy("Of the interpreter, such as 5.1."),
    )
    interpreter_arguments = forms.CharField(
        label=gettext_lazy("Interpreter arguments"),
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("One per line, before the script's name."),
    )
    exit_codes = forms.CharField(
        label=gettext_lazy("Exit codes"),
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("One per line: a code, then success, warning, failure or reboot."),
    )
    sites_mode = forms.ChoiceField(
        label=gettext_lazy("Sites"), required=False, choices=SITE_MODES, widget=forms.RadioSelect
    )
    sites_values = forms.CharField(
        label=gettext_lazy("Names of sites"),
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("One per line."),
    )
    payload = forms.CharField(label=gettext_lazy("Script"), required=False, strip=False, widget=ScriptWidget())

    def __init__(
        self, content: Content | Document, payload: bytes | None, data: Any = None, prefix: str | None = None
    ) -> None:
        super().__init__(data=data, prefix=prefix, label_suffix="", initial=shown_fields(content, payload))
        self.content, self.stored = content, payload
        types = [(one.value, one.label) for one in AssemblyType if one.kind is content.kind]
        self.fields["assembly_type"].choices = types  # type: ignore[attr-defined]
        if content.kind is Kind.WORKFLOW:
            self.fields["payload"].label = gettext_lazy("Graph")
        for name in self.fields.keys() - self.initial.keys():
            del self.fields[name]

    def touched(self, name: str) -> bool:
        """Say whether somebody changed what a field showed; what was not sent was not changed."""
        typed, shown = self.cleaned_data.get(name), self.initial.get(name)
        if name == "operating_systems":
            # Boxes that are all empty send nothing, so a hidden field says that they were there.
            return self.add_prefix(f"{name}_shown") in self.data and typed is not None and typed != shown
        if name not in self.fields or self.add_prefix(name) not in self.data or typed is None:
            return False
        return not (values.same_line if name in LINES else values.same_text)(typed, str(shown))

    def changes(self) -> dict[str, Any]:
        """Return the fields that were changed, by their names in `Content`; what is refused becomes an error."""
        typed, before = self.cleaned_data, self.content
        read: dict[str, Any] = {
            "display_name": lambda: typed["display_name"].strip(),
            "summary": lambda: values.read_text(typed["summary"], before.summary),
            "version": lambda: values.read_version(typed["version"], before.version),
            "tags": lambda: values.read_lines(typed["tags"]),
            "timeout_seconds": lambda: values.read_whole_number(typed["timeout_seconds"]),
            "operating_systems": lambda: typed["operating_systems"],
            "run_as": lambda: typed["run_as"].strip(),
            "minimum_version": lambda: typed["minimum_version"].strip(),
            "interpreter_arguments": lambda: values.read_lines(typed["interpreter_arguments"]),
            "exit_codes": lambda: values.read_codes(typed["exit_codes"]),
        }
        fields: dict[str, Any] = {}
        for name, value in read.items():
            if self.touched(name):
                self._keep(fields, name, lambda name=name, value=value: documents.NORMALISERS[name](value(), name))
        if self.touched("category"):
            category = typed["category"].strip()
            self._keep(fields, "category", lambda: documents.normalise_category(category, kind=before.kind))
        if self.touched("assembly_type"):
            self._keep(fields, "type_name", lambda: documents.normalise_type(typed["assembly_type"], "assembly_type"))
        if self.touched("sites_mode") or self.touched("sites_values"):
            self._keep(fields, "sites", lambda: documents.normalise_sites(self._sites(), "sites"))
        return fields

    def new_payload(self) -> bytes | None:
        """Return the payload if its text was changed."""
        if not self.touched("payload"):
            return None
        found: dict[str, bytes] = {}
        self._keep(found, "payload", self._payload)
        return found.get("payload")

    def _payload(self) -> bytes:
        typed = self.cleaned_data["payload"]
        if self.content.kind is Kind.WORKFLOW:
            payload = documents.normalise_payload(typed, AssemblyType.WORKFLOW)
        else:
            payload = payload_from_editing(typed, self.stored)
        if len(payload) > max_script_bytes():
            limit = filesizeformat(max_script_bytes())
            raise InvalidDocument(_("This is larger than %(limit)s.") % {"limit": limit}, field="payload")
        return payload

    def _sites(self) -> dict[str, Any]:
        """Return where the assembly may be used; keys that the form does not know stay."""
        named = values.read_lines(self.cleaned_data["sites_values"])
        if not self.touched("sites_values"):
            named = self.content.sites["values"]
        return self.content.sites | {"mode": self.cleaned_data["sites_mode"], "values": named}

    def _keep(self, found: dict[str, Any], name: str, read: Any) -> None:
        try:
            found[name] = read()
        except InvalidDocument as error:
            path = str(error.detail["field"]).partition("[")[0]
            field = PARTS.get(path, path)
            self.add_error(field if field in self.fields else name, error.message)


def shown_fields(content: Content | Document, payload: bytes | None) -> dict[str, Any]:
    """Return what the form shows of a content or a document. What it cannot show as text has no field."""
    shown: dict[str, Any] = {
        "display_name": content.display_name,
        "summary": content.summary,
        "assembly_type": str(content.assembly_type),
        "category": content.category,
        "version": str(content.version),
        "timeout_seconds": str(content.timeout_seconds),
        "operating_systems": content.operating_systems,
        "run_as": content.run_as,
        "minimum_version": content.minimum_version,
        "interpreter_arguments": values.shown_lines(content.interpreter_arguments),
        "exit_codes": values.shown_codes(content.exit_codes),
        "sites_mode": content.sites["mode"],
        "sites_values": values.shown_lines(content.sites["values"]),
    }
    if isinstance(content.tags, list):
        shown["tags"] = values.shown_lines(content.tags)
    text = payload_as_text(content.kind, payload)
    return shown if text is None else shown | {"payload": text}


def payload_as_text(kind: Kind, payload: bytes | None) -> str | None:
    """Return a script as text, and a graph with a line per value; None where there is no text to be edited."""
    if payload is None:
        return None
    if kind is Kind.WORKFLOW:
        text = documents.fitting_json(documents.graph_of(payload), documents.max_json_bytes(max_script_bytes()))
        return (text or payload).decode()
    return text_for_editing(payload)
