"""Items as they are answered, and which of them to list."""

from typing import Any

from rest_framework import serializers

from assemblies.api.shapes.fields import (
    DomainName,
    DomainWord,
    ExitCodes,
    JSONObject,
    OperatingSystems,
    Tags,
    Time,
    Version,
)
from assemblies.catalogue import ORDERINGS, RELEVANCE
from assemblies.catalogue.findings import VALUES
from assemblies.catalogue.search import MAX_SEARCH_LENGTH, MAX_TERMS, terms_of
from assemblies.domains import AssemblyType, Kind, LifeCycle, OperatingSystem, UpstreamState
from assemblies.web.paging import PageAnswer, PageQuery
from devmode.api.shapes import Answer, EnumWord, LiteralText, QueryFlag

ORDERS = [*(f"{sign}{name}" for name in ORDERINGS for sign in ("", "-")), RELEVANCE]


class ItemQuery(PageQuery):
    """Which assemblies to list."""

    domain = DomainWord(required=False)
    kind = EnumWord(Kind, required=False)
    type = EnumWord(AssemblyType, required=False)
    category = LiteralText(required=False)
    folder = LiteralText(
        required=False, help_text="The folder of its source or, without one, its category; with what lies below."
    )
    os = EnumWord(OperatingSystem, required=False)
    operating_system = EnumWord(OperatingSystem, required=False, help_text="The same as `os`.")
    tag = LiteralText(required=False)
    dirty = QueryFlag(required=False)
    upstream_state = EnumWord(UpstreamState, required=False)
    deleted = QueryFlag(required=False, default=False)
    findings = serializers.ChoiceField(
        VALUES,
        required=False,
        help_text="By the heaviest finding of the checks; what nobody has checked yet is in none.",
    )
    lifecycle = EnumWord(
        LifeCycle, required=False, help_text="`draft` is what nobody approved, deprecated or replaced yet."
    )
    q = LiteralText(
        required=False,
        max_length=MAX_SEARCH_LENGTH,
        help_text="Words in names, tags, variables, summaries and scripts; those in double quotes belong together.",
    )
    content = LiteralText(required=False, help_text="Text in decoded scripts; answers with the matching lines.")
    ordering = serializers.ChoiceField(
        ORDERS, required=False, help_text="`-` in front turns it round; `relevance` puts the best matches of `q` first."
    )

    def validate(self, wanted: dict[str, Any]) -> dict[str, Any]:
        system = wanted.pop("os", None)
        if system and wanted.setdefault("operating_system", system) != system:
            raise serializers.ValidationError({"os": ["Give one of `os` and `operating_system`."]})
        return wanted

    def validate_q(self, words: str) -> str:
        if len(terms_of(words)) > MAX_TERMS:
            raise serializers.ValidationError(f"Search for at most {MAX_TERMS} words at once.")
        return words


class Flag(Answer):
    """A character that makes a text read differently from how it runs."""

    field = serializers.CharField()
    line = serializers.IntegerField()
    column = serializers.IntegerField()
    character = serializers.CharField()
    name = serializers.CharField()


class Item(Answer):
    """An assembly, as the catalogue renders it."""

    assembly_guid = serializers.CharField()
    assembly_id = serializers.CharField(help_text="The GUID again, for older clients.")
    display_name = serializers.CharField()
    summary = serializers.CharField()
    category = serializers.CharField()
    assembly_kind = serializers.ChoiceField(Kind.choices)
    assembly_type = serializers.ChoiceField(AssemblyType.choices)
    version = Version()
    source = DomainName()  # type: ignore[assignment]
    is_dirty = serializers.BooleanField()
    dirty_since = Time(allow_null=True)
    last_persisted = Time(allow_null=True)
    revision = serializers.IntegerField()
    checksum = serializers.CharField()
    content_hash = serializers.CharField()
    payload_size_bytes = serializers.IntegerField()
    payload_guid = serializers.CharField(required=False, help_text="Administrators only.")
    tags = Tags()
    operating_systems = OperatingSystems(help_text="The systems it is for; none means any.")
    metadata = JSONObject()
    cloned_from = serializers.CharField(allow_null=True)
    upstream_state = serializers.ChoiceField(
        UpstreamState.choices, allow_null=True, help_text="Official assemblies, once their source was read."
    )
    origin_changed = serializers.BooleanField(
        allow_null=True, help_text="Copies whose original is still there: has it changed since?"
    )
    created_at = Time()
    updated_at = Time()
    updated_by = serializers.CharField()
    deleted_at = Time(allow_null=True, required=False)


class WrittenItem(Item):
    """An assembly after a change, with the hidden characters in what was sent."""

    flags = Flag(many=True, required=False)


class CreatedItem(WrittenItem):
    """A new assembly, and what of an item posted as a copy is not in it."""

    files_not_copied = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="Attachments of an item posted as a copy; attach them to it, or clone the original instead.",
    )


class AttachmentLine(Answer):
    """A file of an assembly."""

    file_name = serializers.CharField()
    mime_type = serializers.CharField()
    size_bytes = serializers.IntegerField()
    sha256 = serializers.CharField()


class Detail(Answer):
    """What one assembly or revision has beyond its line in a list."""

    payload = serializers.CharField(allow_null=True, help_text="The script, or the graph as JSON text.")
    payload_is_binary = serializers.BooleanField()
    variables = serializers.ListField(child=JSONObject())
    files = AttachmentLine(many=True)
    sites = JSONObject()
    timeout_seconds = serializers.IntegerField()
    run_as = serializers.CharField(
        allow_blank=True, help_text="`system`, `user` (the person logged on), the name of an account, or nothing."
    )
    interpreter_arguments = serializers.ListField(
        child=serializers.CharField(), help_text="For the program that runs the script, before the script's name."
    )
    exit_codes = ExitCodes(help_text="What codes mean, by the code in digits.")
    minimum_version = serializers.CharField(allow_blank=True, help_text="Of the interpreter, such as 5.1.")
    flags = Flag(many=True)


class ItemDetail(Item, Detail):
    """An assembly, whole."""


class Match(Answer):
    """A line of a script that contains the searched text."""

    line = serializers.IntegerField()
    text = serializers.CharField()


class ListedItem(Item):
    """An assembly in a list; with `content`, where the searched text is."""

    matches = Match(many=True, required=False)


class QueueError(Answer):
    domain = DomainName()
    message = serializers.CharField()
    attempts = serializers.IntegerField()


class QueueSummary(Answer):
    pending = serializers.IntegerField()
    oldest_staged_at = Time(allow_null=True)
    last_flush_at = Time(allow_null=True)
    next_flush_at = Time(allow_null=True)
    errors = QueueError(many=True)  # type: ignore[assignment]


class ItemList(PageAnswer):
    results = ListedItem(many=True)
    queue = QueueSummary()


class Status(Answer):
    status = serializers.CharField()
