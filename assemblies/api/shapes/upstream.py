"""The upstream head and the token for the hosting API as they are sent and answered."""

from rest_framework import serializers

from assemblies.api.shapes.fields import Time
from assemblies.upstream.head import BRANCH, REPO
from devmode.api.shapes import Answer, LiteralText, Query, QueryFlag, QueryNumber, Shape


class HeadQuery(Query):
    repo = serializers.RegexField(rf"^(?:{REPO.pattern})\Z", required=False, help_text="As owner/name.")
    branch = serializers.RegexField(rf"^(?:{BRANCH.pattern})\Z", required=False)
    ttl = QueryNumber(required=False, help_text="How old it may be, in seconds: 30 to 3600, else the nearest of them.")
    refresh = QueryFlag(required=False, default=False, help_text="Now, but at most once in 30 seconds.")


class HeadAnswer(Answer):
    repo = serializers.CharField()
    branch = serializers.CharField()
    sha = serializers.CharField(allow_null=True)
    cached = serializers.BooleanField()
    age_seconds = serializers.FloatField(allow_null=True)
    source = serializers.ChoiceField(["github", "cache", "cache-stale", "unavailable"])  # type: ignore[assignment]
    error = serializers.CharField(allow_null=True)


class TokenBody(Shape):
    token = LiteralText(allow_blank=True, max_length=400, help_text="An empty one is forgotten.")


class RateLimit(Answer):
    limit = serializers.IntegerField(required=False)
    remaining = serializers.IntegerField(required=False)
    reset = serializers.IntegerField(required=False)


class TokenAnswer(Answer):
    has_token = serializers.BooleanField()
    valid = serializers.BooleanField(allow_null=True, help_text="null while it could not be found out.")
    status = serializers.ChoiceField(["missing", "valid", "invalid", "limited", "unreachable", "error"])
    message = serializers.CharField()
    rate_limit = RateLimit(allow_null=True)
    checked_at = Time()
    token = serializers.CharField(help_text="Masked to the last four characters.")
