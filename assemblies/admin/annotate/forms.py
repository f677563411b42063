"""What is typed to annotate an assembly. The rules are the actions'; the forms only say them at the field."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assemblies.actions.add_note import DEFAULT_TYPE, MAX_NOTE_LENGTH, MAX_TYPE_LENGTH
from assemblies.models import SettingCategory
from assemblies.models.aliases import ALIAS_LENGTH
from assemblies.models.annotations import KEY_LENGTH

# A favourite has its star, and a check is accepted where it is listed.
ELSEWHERE = {SettingCategory.FAVOURITE, SettingCategory.SUPPRESSED_CHECK}
CATEGORIES = [(one.value, one.label) for one in SettingCategory if one not in ELSEWHERE]


class AnnotationForm(forms.Form):
    """Which assembly it is about."""

    use_required_attribute = False

    assembly = forms.CharField(
        label=_("Assembly"), max_length=ALIAS_LENGTH, help_text=_("Its GUID, or an alias of it.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"label_suffix": ""})


class NoteForm(AnnotationForm):
    """A note."""

    content = forms.CharField(label=_("Note"), max_length=MAX_NOTE_LENGTH, widget=forms.Textarea({"rows": 5}))
    note_type = forms.CharField(label=_("Type"), max_length=MAX_TYPE_LENGTH, initial=DEFAULT_TYPE, required=False)


class SettingForm(AnnotationForm):
    """A setting. What has one sense only needs no key."""

    category = forms.ChoiceField(label=_("What"), choices=CATEGORIES)
    key = forms.CharField(
        label=_("Key"),
        max_length=KEY_LENGTH,
        required=False,
        help_text=_("The name of the variable, or what the assembly is approved for."),
    )
    value = forms.CharField(
        label=_("Value"),
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("The default, the reason, or the GUID of the assembly to use instead; numbers and JSON as such."),
    )


class AliasForm(AnnotationForm):
    """Another name."""

    alias = forms.CharField(
        label=_("Alias"),
        max_length=ALIAS_LENGTH,
        help_text=_("Letter case does not matter. Queries find the assembly by it from then on."),
    )
