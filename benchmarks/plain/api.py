"""The rows over REST, a view that does nothing, and the addresses of both."""

from typing import Any

from django.db.models import QuerySet
from django.urls import include, path
from rest_framework import routers, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from benchmarks.plain.models import Script

LISTED = ["guid", "name", "description", "type", "timeout_seconds", "variables", "tags", "updated_at"]


class ListedSerializer(serializers.ModelSerializer[Script]):
    class Meta:
        model = Script
        fields = LISTED


class ScriptSerializer(serializers.ModelSerializer[Script]):
    class Meta:
        model = Script
        fields = [*LISTED, "script"]


class ScriptViewSet(viewsets.ModelViewSet[Script]):
    queryset = Script.objects.all()

    def get_serializer_class(self) -> Any:
        return ListedSerializer if self.action == "list" else ScriptSerializer

    def get_queryset(self) -> "QuerySet[Script]":
        wanted, rows = self.request.query_params, Script.objects.all()
        if "type" in wanted:
            rows = rows.filter(type=wanted["type"])
        if "q" in wanted:
            rows = rows.filter(name__icontains=wanted["q"])
        return rows


class Nothing(APIView):
    """What the framework costs before a line of ours."""

    def get(self, _request: Request) -> Response:
        return Response({})


router = routers.DefaultRouter(trailing_slash=False)
router.register("scripts", ScriptViewSet)
urlpatterns = [path("", include(router.urls)), path("nothing", Nothing.as_view())]
