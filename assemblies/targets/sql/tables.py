"""The tables of a target for SQLAlchemy, from the descriptor."""

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from assemblies.targets.descriptor import Column, Table, tables

# Collated by bytes, and with room for every character: a database's own default may be neither.
MYSQL: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin", "mysql_engine": "InnoDB"}
# PostgreSQL keeps no NUL in a text; a script may have printed one into its error.
NUL, NUL_PICTURE = "\x00", "\N{SYMBOL FOR NULL}"


class UTCTime(sa.types.TypeDecorator[datetime]):
    """A time in UTC with microseconds on every engine, whatever the zone of its session."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name == "mysql":
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(sa.DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if dialect.name == "postgresql" else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class PlainText(sa.types.TypeDecorator[str]):
    """Text of any length."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        return dialect.type_descriptor(mysql.LONGTEXT() if dialect.name == "mysql" else sa.Text())

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        return None if value is None else value.replace(NUL, NUL_PICTURE)


class CanonicalJSON(PlainText):
    """JSON as text: engines order keys and write numbers each in their own way."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return super().process_bind_param(text, dialect)


class ShortText(sa.types.TypeDecorator[str]):
    """Text of at most so many characters."""

    impl = sa.String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else value.replace(NUL, NUL_PICTURE)


@cache
def metadata() -> sa.MetaData:
    """Return all tables of a target."""
    made = sa.MetaData()
    for table in tables():
        _add(made, table)
    return made


def _add(made: sa.MetaData, table: Table) -> None:
    columns = [
        sa.Column(column.name, _type(column), nullable=column.nullable, primary_key=column.name in table.key)
        for column in table.columns
    ]
    indexes = [sa.Index(f"{table.name}_{'_'.join(names)}", *names) for names in table.indexes]
    sa.Table(table.name, made, *columns, *indexes, **MYSQL)


def _type(column: Column) -> sa.types.TypeEngine[Any]:
    match column.kind:
        case "string":
            return ShortText(column.length)
        case "text":
            return PlainText()
        case "json":
            return CanonicalJSON()
        case "boolean":
            return sa.Boolean(create_constraint=False)
        case "time":
            return UTCTime()
    return sa.BigInteger()
