"""The one `MetaData` and the column types that mean the same in SQLite and in PostgreSQL.

SQLite tables are STRICT: a text in a number's place is refused, not stored. STRICT knows only INTEGER,
REAL, TEXT, BLOB and ANY, so each type here spells itself as one of them there.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Text = sa.Text
Whole = sa.Integer
Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Real: TypeEngine[Any] = sa.Double().with_variant(sa.REAL(), "sqlite")


class Flag(TypeDecorator[bool]):
    """Yes or no: BOOLEAN where there is one, 0 or 1 in SQLite."""

    impl = sa.Boolean
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Spell it for this database."""
        return dialect.type_descriptor(sa.Integer() if dialect.name == "sqlite" else sa.Boolean())

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> Any:
        """Store a number in SQLite."""
        return int(value) if dialect.name == "sqlite" and value is not None else value

    def process_result_value(self, value: Any, dialect: Dialect) -> bool | None:
        """Give back a bool."""
        return None if value is None else bool(value)


class Moment(TypeDecorator[datetime]):
    """A date and time in UTC; in SQLite a text of fixed width, so that its order is the order of time."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Spell it for this database."""
        return dialect.type_descriptor(sa.Text() if dialect.name == "sqlite" else sa.DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Bring any zone to UTC; a time without a zone is taken as UTC."""
        if value is None:
            return None
        utc = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return utc.isoformat(timespec="microseconds") if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give back a time with its zone."""
        if value is None or isinstance(value, datetime):
            return value
        return datetime.fromisoformat(value)


def table(name: str, *parts: sa.Column[Any] | sa.Constraint | sa.Index, has_rowid: bool = True) -> sa.Table:
    """Name one table of the API; has_rowid=False stores it in the order of its primary key."""
    return sa.Table(name, METADATA, *parts, sqlite_strict=True, sqlite_with_rowid=has_rowid)
