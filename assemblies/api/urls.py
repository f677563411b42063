"""The resources of the library. What has a fixed word where others have a GUID comes first."""

from assemblies.api.assemblies import AssemblyViewSet
from assemblies.api.attachments import AttachmentViewSet
from assemblies.api.checks import CheckViewSet
from assemblies.api.fleet.administration import ApprovalViewSet, InstallCodeViewSet
from assemblies.api.fleet.agent import AgentViewSet
from assemblies.api.fleet.agent_download import AgentDownloadViewSet
from assemblies.api.fleet.devices import DeviceViewSet
from assemblies.api.fleet.enrolment import EnrolmentViewSet, TokenViewSet
from assemblies.api.fleet.work import DeviceItemViewSet, ScriptViewSet
from assemblies.api.manifests import ManifestViewSet
from assemblies.api.notes import NoteViewSet
from assemblies.api.official import OfficialViewSet
from assemblies.api.persistence import ConnectionViewSet, PersistenceViewSet, TargetViewSet
from assemblies.api.queue import QueueViewSet
from assemblies.api.revisions import RevisionViewSet
from assemblies.api.runs import RunViewSet
from assemblies.api.scheduled_jobs import ScheduledJobViewSet
from assemblies.api.settings import SettingViewSet
from assemblies.api.upstream import GithubViewSet, RepoViewSet
from assemblies.api.work_items import EventViewSet, WorkItemViewSet
from devmode.api.resource import ExactRouter

router = ExactRouter()
router.register("assemblies/queue", QueueViewSet, basename="api-queue")
router.register("assemblies/official", OfficialViewSet, basename="api-official")
router.register("assemblies", AssemblyViewSet, basename="api-assembly")
router.register("assemblies/<str:guid>/checks", CheckViewSet, basename="api-check")
router.register("assemblies/<str:guid>/files", AttachmentViewSet, basename="api-attachment")
router.register("assemblies/<str:guid>/notes", NoteViewSet, basename="api-note")
router.register("assemblies/<str:guid>/revisions", RevisionViewSet, basename="api-revision")
router.register("assemblies/<str:guid>/settings", SettingViewSet, basename="api-setting")
router.register("runs", RunViewSet, basename="api-run")
router.register("scheduled_jobs", ScheduledJobViewSet, basename="api-scheduled-job")
router.register("repo", RepoViewSet, basename="api-repo")
router.register("github", GithubViewSet, basename="api-github")
router.register("work-items", WorkItemViewSet, basename="api-work-item")
router.register("events", EventViewSet, basename="api-event")
router.register("manifests", ManifestViewSet, basename="api-manifest")
router.register("agent/enroll", EnrolmentViewSet, basename="api-enrolment")
router.register("agent/token", TokenViewSet, basename="api-device-token")
router.register("agent/script", ScriptViewSet, basename="api-agent-script")
router.register("agent/items", DeviceItemViewSet, basename="api-agent-item")
router.register("agent", AgentViewSet, basename="api-agent")
router.register("agent", AgentDownloadViewSet, basename="api-agent-file")
router.register("agents", DeviceViewSet, basename="api-device")
router.register("admin/enrollment-codes", InstallCodeViewSet, basename="api-install-code")
router.register("admin/device-approvals", ApprovalViewSet, basename="api-device-approval")
router.register("persistence/targets/<int:target_id>/connections", ConnectionViewSet, basename="api-target-connection")
router.register("persistence/targets", TargetViewSet, basename="api-target")
router.register("persistence", PersistenceViewSet, basename="api-persistence")
urlpatterns = router.urls
