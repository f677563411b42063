"""The table of databases: one row an alias. Settings, router, preparation, backup, restore and health derive from it.

Settings read this before Django is set up, so nothing of Django is imported here. A new database is one row, an app
whose tables it contains, and a paragraph in docs/database-layout.md, which a test compares with this table.
"""

from dataclasses import dataclass, field

DEFAULT = "default"


@dataclass(frozen=True, kw_only=True)
class Database:
    """One alias. `file` is where SQLite keeps it below the runtime root, and where a mirror keeps its copy.

    A replica contains the tables of the replica models only; another database than `default` contains every table of
    its `apps`; `default` contains everything else. Mirrors of the releases before a database existed lack its file:
    a restore of such a mirror starts with an empty one.
    """

    alias: str
    file: str
    is_replica: bool = False
    apps: frozenset[str] = field(default_factory=frozenset)
    is_in_every_mirror: bool = True

    @property
    def url_setting(self) -> str:
        """The environment variable, without its prefix, that puts another engine in the file's place."""
        return "DATABASE_URL" if self.alias == DEFAULT else f"{self.alias.upper()}_DATABASE_URL"


# In the order of a consistent online copy: what follows `default` is copied before it, so that a copy may be behind
# `default` and is never ahead of it: the next flush repairs a replica; a run is audited in `default` before it exists.
DATABASES = (
    Database(alias="official", file="Assemblies/official.db", is_replica=True),
    Database(alias="community", file="Assemblies/community.db", is_replica=True),
    Database(alias="user_created", file="Assemblies/user_created.db", is_replica=True),
    Database(
        alias="execution",
        file="execution.db",
        apps=frozenset({"execution", "fleet", "schedules", "targets"}),
        is_in_every_mirror=False,
    ),
    Database(alias=DEFAULT, file="engine.db"),
)
BY_ALIAS = {database.alias: database for database in DATABASES}
REPLICAS = frozenset(database.alias for database in DATABASES if database.is_replica)
ALIAS_OF_APP = {app: database.alias for database in DATABASES for app in database.apps}
