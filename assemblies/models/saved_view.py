"""A question to the library that somebody keeps under a name of their own; nobody else sees it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

VIEW_NAME_LENGTH = 80
VIEW_QUERY_LENGTH = 4000


class SavedView(models.Model):
    """The query string of the library's list, as its owner last saved it."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views", verbose_name=_("owner")
    )
    name = models.CharField(_("name"), max_length=VIEW_NAME_LENGTH)
    query = models.CharField(_("query"), max_length=VIEW_QUERY_LENGTH, blank=True)
    saved_at = models.DateTimeField(_("saved at"))

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        default_permissions = ()
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="one_view_per_name")]

    def __str__(self) -> str:
        return self.name
