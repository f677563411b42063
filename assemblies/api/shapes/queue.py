"""Pending writes, and what writing them now did."""

from rest_framework import serializers

from assemblies.api.shapes.fields import DomainName, DomainWord, Time
from assemblies.domains import Operation
from assemblies.web.paging import PageAnswer
from devmode.api.shapes import Answer, Shape


class PendingWriteLine(Answer):
    """An assembly whose newest revision its domain database does not have yet."""

    guid = serializers.CharField()
    domain = DomainName()
    operation = serializers.ChoiceField(Operation.choices)
    revision = serializers.IntegerField(source="sequence")
    actor = serializers.CharField()
    staged_at = Time()
    attempts = serializers.IntegerField()
    last_error = serializers.CharField()


class Queue(PageAnswer):
    results = PendingWriteLine(many=True)


class WriteBody(Shape):
    domain = DomainWord(required=False, help_text="All three when it is not given.")


class WriteAnswer(Answer):
    status = serializers.CharField()
    flushed = serializers.DictField(child=serializers.IntegerField(), help_text="Journal entries by domain.")
    pending = serializers.IntegerField(help_text="Assemblies that still wait.")
