"""Which databases there are to copy to, and which one is assigned."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Engine(models.TextChoices):
    """What a target speaks. SQL for mssql is only compiled, never run: no server of it has been tried."""

    SQLITE = "sqlite", "SQLite"
    POSTGRESQL = "postgresql", "PostgreSQL"
    MYSQL = "mysql", _("MySQL or MariaDB")
    MSSQL = "mssql", "Microsoft SQL Server"


class PersistenceTarget(models.Model):
    """A database server, or for SQLite the folder `Targets` of the runtime root. No password is ever stored.

    `secret_ref` names the environment variable that has the password; `options` are those of `places.OPTIONS`.
    """

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(_("name"), max_length=100, unique=True)
    engine = models.CharField(_("engine"), max_length=16, choices=Engine)
    host = models.CharField(_("host"), max_length=255, blank=True)
    port = models.PositiveIntegerField(_("port"), null=True)
    user = models.CharField(_("user"), max_length=128, blank=True)
    secret_ref = models.CharField(max_length=128, blank=True)
    options = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=150)

    class Meta:
        db_table = "ba_persistence_target"
        verbose_name = _("persistence target")
        verbose_name_plural = _("persistence targets")
        default_permissions = ()
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} ({self.engine})"


class PersistenceConnection(models.Model):
    """One database of a target."""

    id = models.BigAutoField(primary_key=True)
    target = models.ForeignKey(PersistenceTarget, models.PROTECT, related_name="connections")
    name = models.CharField(_("name"), max_length=100)
    database = models.CharField(_("database"), max_length=128)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=150)

    class Meta:
        db_table = "ba_persistence_connection"
        default_permissions = ()
        ordering = ["database"]
        constraints = [models.UniqueConstraint(fields=["target", "database"], name="database_of_target")]

    def __str__(self) -> str:
        return f"{self.database} of target {self.target_id}"


class PersistenceAssignment(models.Model):
    """One row at most: where the copy goes. Without it nothing is noted and nothing copied.

    `guid` is another one at each assignment; a replicator moves no mark of another assignment than it began with.
    One replicator copies at a time: `holder`, until `held_until` unless it renews that.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    guid = models.CharField(max_length=36)
    connection = models.ForeignKey(PersistenceConnection, models.PROTECT)
    assigned_at = models.DateTimeField()
    assigned_by = models.CharField(max_length=150)
    holder = models.CharField(max_length=36, blank=True)
    held_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "ba_persistence_assignment"
        default_permissions = ()

    def __str__(self) -> str:
        return f"connection {self.connection_id}"


class SchemaReport(models.Model):
    """What making sure of the tables of a connection came to; the newest ones are kept."""

    connection = models.ForeignKey(PersistenceConnection, models.CASCADE, related_name="reports")
    made_at = models.DateTimeField()
    success = models.BooleanField()
    dry_run = models.BooleanField()
    report = models.JSONField()

    class Meta:
        db_table = "ba_persistence_schemareport"
        default_permissions = ()
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return f"connection {self.connection_id}: {'done' if self.success else 'failed'}"
