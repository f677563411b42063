"""The paths of Dev Mode, below `/api/assemblies/`."""

from django.urls import path

from devmode.api.dev_mode import GrantsView, GrantView, StateView, SwitchView

urlpatterns = [
    path("dev-mode", StateView.as_view(), name="api-dev-mode"),
    path("dev-mode/switch", SwitchView.as_view(), name="api-dev-mode-switch"),
    path("dev-mode/grants", GrantsView.as_view(), name="api-dev-mode-grants"),
    path("dev-mode/grants/<int:number>", GrantView.as_view(), name="api-dev-mode-grant"),
]
