"""Rows: read and written one by one, without a session of SQLAlchemy, which takes three times as long.

What is asked of a table again and again is written once, so that SQLAlchemy need not look at it anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, bindparam, delete, func, insert, inspect, select, update
from sqlalchemy.orm import Mapper, configure_mappers

from rostra.storage.tables import Table

# Parameters
ID = "id_"
SIZE, SKIPPED = "size_", "skipped_"  # of pages

Row = TypeVar("Row", bound=Table)


class Statements(Generic[Row]):
    """What is asked of a table.

    Args:
        kind: of its rows.
    """

    def __init__(self, kind: type[Row]) -> None:
        configure_mappers()  # else the columns of rows that no session made could not be read
        mapper: Mapper[Row] = inspect(kind)
        self._blank: Callable[[], Row] = mapper.class_manager.new_instance
        self.table = kind.metadata.tables[kind.__tablename__]
        self._names = [mapper.get_property_by_column(column).key for column in self.table.columns]
        (key,) = mapper.primary_key
        own = key == bindparam(ID)
        self.all: Select[Any] = select(self.table)
        self.by_id = self.all.where(own)
        self.locked = self.by_id.with_for_update()
        self.insert, self.update = insert(self.table), update(self.table).where(own)
        self.delete = delete(self.table).where(own)

    def row(self, values: Sequence[Any]) -> Row:
        """A row of its values."""
        made = self._blank()
        vars(made).update(zip(self._names, values, strict=True))
        return made


class Listing(Generic[Row]):
    """Rows that are wanted, page by page. One that is kept is faster than one that is made for a page.

    Args:
        kind: of rows.
        where: conditions.
        order: columns.
    """

    def __init__(self, kind: type[Row], where: Sequence[Any], order: Sequence[Any]) -> None:
        self.kind, self._where, self._order = kind, where, order
        known = statements(kind)
        self.page = known.all.where(*where).order_by(*order).limit(bindparam(SIZE)).offset(bindparam(SKIPPED))
        self.count = select(func.count()).select_from(known.table).where(*where)

    def narrowed(self, where: Sequence[Any]) -> Listing[Row]:
        """Those of them that fulfil further conditions."""
        return Listing(self.kind, (*self._where, *where), self._order) if where else self


@cache
def statements(kind: type[Row]) -> Statements[Row]:
    """What is asked of a table."""
    return Statements(kind)


def values(row: Table) -> dict[str, Any]:
    """The columns of a new row that were given."""
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}
