"""What checks say of an assembly."""

from rest_framework import serializers

from assemblies.api.shapes.fields import Time
from assemblies.checking import Severity
from devmode.api.shapes import Answer


class FindingLine(Answer):
    """What is wrong with a script. Line 0 is the whole of it."""

    rule = serializers.CharField()
    severity = serializers.ChoiceField([str(severity) for severity in Severity])
    line = serializers.IntegerField()
    message = serializers.CharField()


class FactLine(Answer):
    """What a script does; secrets in the text are masked."""

    rule = serializers.CharField()
    line = serializers.IntegerField()
    text = serializers.CharField()


class SuppressedRule(Answer):
    """A rule whose findings and facts somebody has accepted for this assembly."""

    rule = serializers.CharField()
    reason = serializers.CharField()
    updated_by = serializers.CharField()
    updated_at = Time()


class CheckedRevision(Answer):
    """What is checked, and by what."""

    assembly_guid = serializers.CharField()
    revision = serializers.IntegerField()
    content_hash = serializers.CharField()
    rule_set = serializers.CharField(help_text="Stands for the rules and the programs that looked; others find others.")


class PendingChecks(CheckedRevision):
    """A long script that nobody has looked at yet; `Retry-After` says when to ask again."""

    status = serializers.ChoiceField(["pending"])


class Checks(CheckedRevision):
    """Findings and facts without those that are suppressed."""

    findings = FindingLine(many=True)
    facts = FactLine(many=True)
    suppressed = SuppressedRule(many=True)
