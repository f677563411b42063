"""The paths of the library below `/api/`. The final slash is taken off before routing, so none is named here."""

from django.urls import path

from assemblies.api.adopt import AdoptView
from assemblies.api.attachments import AttachmentView
from assemblies.api.clone import CloneView
from assemblies.api.dev_mode_write import DevModeWriteView
from assemblies.api.diff import DiffView
from assemblies.api.exporting import ExportAllView, ExportView
from assemblies.api.importing import ImportView
from assemblies.api.item import ItemView
from assemblies.api.listing import ListView
from assemblies.api.notes import NotesView
from assemblies.api.official import OfficialSyncsView, OfficialSyncView
from assemblies.api.payload import PayloadView
from assemblies.api.queue import PendingView, QueueView
from assemblies.api.revert import RevertView
from assemblies.api.revisions import RevisionsView, RevisionView
from assemblies.api.setting_history import SettingHistoryView
from assemblies.api.settings import SettingsView, SettingView
from assemblies.api.take_original import TakeOriginalView

urlpatterns = [
    path("assemblies", ListView.as_view(), name="api-assemblies"),
    path("assemblies/import", ImportView.as_view(), name="api-import"),
    path("assemblies/export", ExportAllView.as_view(), name="api-export-all"),
    path("assemblies/queue", QueueView.as_view(), name="api-queue"),
    path("assemblies/queue/<str:guid>", PendingView.as_view(), name="api-pending"),
    path("assemblies/dev-mode/write", DevModeWriteView.as_view(), name="api-dev-mode-write"),
    path("assemblies/official/sync", OfficialSyncView.as_view(), name="api-official-sync"),
    path("assemblies/official/syncs", OfficialSyncsView.as_view(), name="api-official-syncs"),
    path("assemblies/<str:guid>", ItemView.as_view(), name="api-assembly"),
    path("assemblies/<str:guid>/adopt", AdoptView.as_view(), name="api-adopt"),
    path("assemblies/<str:guid>/clone", CloneView.as_view(), name="api-clone"),
    path("assemblies/<str:guid>/export", ExportView.as_view(), name="api-export"),
    path("assemblies/<str:guid>/payload", PayloadView.as_view(), name="api-payload"),
    path("assemblies/<str:guid>/files/<str:name>", AttachmentView.as_view(), name="api-attachment"),
    path("assemblies/<str:guid>/notes", NotesView.as_view(), name="api-notes"),
    path("assemblies/<str:guid>/settings", SettingsView.as_view(), name="api-settings"),
    path("assemblies/<str:guid>/settings/history", SettingHistoryView.as_view(), name="api-setting-history"),
    path("assemblies/<str:guid>/settings/<str:category>/<str:key>", SettingView.as_view(), name="api-setting"),
    path("assemblies/<str:guid>/revisions", RevisionsView.as_view(), name="api-revisions"),
    path("assemblies/<str:guid>/revisions/<int:sequence>", RevisionView.as_view(), name="api-revision"),
    path("assemblies/<str:guid>/take-original", TakeOriginalView.as_view(), name="api-take-original"),
    path("assemblies/<str:guid>/diff", DiffView.as_view(), name="api-diff"),
    path("assemblies/<str:guid>/revert", RevertView.as_view(), name="api-revert"),
]
