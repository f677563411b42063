"""The paths of `/api/auth/`."""

from django.urls import path

from devmode.api.login import LoginView
from devmode.api.logout import LogoutAllView, LogoutView

urlpatterns = [
    path("login", LoginView.as_view(), name="api-login"),
    path("logout", LogoutView.as_view(), name="api-logout"),
    path("logoutall", LogoutAllView.as_view(), name="api-logout-all"),
]
