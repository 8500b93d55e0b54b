"""Rows: read and written one by one, without a session of SQLAlchemy, which takes three times as long.

What is asked of a table again and again is written once, so that SQLAlchemy need not look at it anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, bindparam, delete, insert, inspect, select, update
from sqlalchemy.orm import Mapper

from rostra.storage.tables import Table

ID = "id_"  # the parameter of what is asked by id

Row = TypeVar("Row", bound=Table)


class Statements(Generic[Row]):
    """What is asked of a table.

    Args:
        kind: of its rows.
    """

    def __init__(self, kind: type[Row]) -> None:
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


@cache
def statements(kind: type[Row]) -> Statements[Row]:
    """What is asked of a table."""
    return Statements(kind)


def values(row: Table) -> dict[str, Any]:
    """The columns of a new row that were given."""
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}
