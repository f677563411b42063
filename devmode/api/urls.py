"""The resources that need no library. Dev Mode has its place below `/api/assemblies/`."""

from devmode.api.access import AccessViewSet
from devmode.api.audit import AuditViewSet
from devmode.api.dev_mode import DevModeViewSet, GrantViewSet
from devmode.api.resource import ExactRouter

router = ExactRouter()
router.register("auth", AccessViewSet, basename="api-access")
router.register("assemblies/dev-mode", DevModeViewSet, basename="api-dev-mode")
router.register("assemblies/dev-mode/grants", GrantViewSet, basename="api-grant")
router.register("audit", AuditViewSet, basename="api-audit")
urlpatterns = router.urls
