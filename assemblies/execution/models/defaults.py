"""What operators set once for many runs, without a restart: timeouts per action, and which worker keeps a key."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ActionDefault(models.Model):
    """The timeout of an action; `*` stands for every action of the capability."""

    capability = models.CharField(_("capability"), max_length=64)
    action = models.CharField(_("action"), max_length=64, default="*")
    timeout_seconds = models.PositiveIntegerField(_("timeout (seconds)"))

    class Meta:
        db_table = "ba_action_default"
        verbose_name = _("default timeout")
        verbose_name_plural = _("default timeouts")
        constraints = [models.UniqueConstraint(fields=["capability", "action"], name="one_default_an_action")]

    def __str__(self) -> str:
        return f"{self.capability} {self.action}: {self.timeout_seconds} s"


class AffinityBinding(models.Model):
    """The worker that last ran items of an affinity key; items that require a match wait for it."""

    affinity_key = models.CharField(max_length=200, primary_key=True)
    worker_id = models.CharField(max_length=100)
    bound_at = models.DateTimeField()

    class Meta:
        db_table = "ba_affinity_binding"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.affinity_key} → {self.worker_id}"
