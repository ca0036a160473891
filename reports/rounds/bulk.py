"""Many rows in one statement, without a model instance for each.

`bulk_create` spends most of its time on preparing field values: 10,000 rows of a file are 30,000
values and as many changes. Constraints hold as ever, since they are the database's.
"""

import io
from collections.abc import Iterable, Sequence

from django.db import connection, models

from institutions.models import User
from reports.models import Change
from reports.rounds.checks import Cell

PAGE = 1000

_CHANGE = (
    "value", "at", "by", "action", "import_batch",
    "before_state", "before_count", "before_na_reason",
    "after_state", "after_count", "after_na_reason",
    "reason",
)  # fmt: skip


def insert(
    model: type[models.Model],
    names: Sequence[str],
    rows: Iterable[Sequence],
    *,
    unique: Sequence[str] = (),
    update: Sequence[str] = (),
) -> None:
    """Insert `rows`, whose values stand in the order of the fields `names`; the rest get defaults.

    With `unique` (the fields of a constraint), a row that is there already takes the fields
    `update` of the new one. Values are database values: ids for foreign keys.
    """
    meta, quote = model._meta, connection.ops.quote_name

    def columns(fields: Iterable[str]) -> list[str]:
        return [quote(meta.get_field(name).column) for name in fields]

    others = [f for f in meta.concrete_fields if not f.primary_key and f.name not in names]
    defaults = tuple(field.get_default() for field in others)
    into = ", ".join(columns([*names, *(field.name for field in others)]))
    statement = f"INSERT INTO {quote(meta.db_table)} ({into}) VALUES "
    conflict = ""
    if unique:
        taken = ", ".join(f"{column} = EXCLUDED.{column}" for column in columns(update))
        conflict = f" ON CONFLICT ({', '.join(columns(unique))}) DO UPDATE SET {taken}"
    complete = [(*row, *defaults) for row in rows]
    if not complete:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and len(complete) > PAGE:
            _copy(cursor, quote(meta.db_table), into, complete, conflict)
        elif connection.vendor == "postgresql":
            from psycopg2.extras import execute_values  # not installed with every database

            execute_values(cursor.cursor, f"{statement}%s{conflict}", complete, page_size=PAGE)
        else:
            places = ", ".join(["%s"] * len(complete[0]))
            cursor.executemany(f"{statement}({places}){conflict}", complete)


def _copy(cursor, table: str, columns: str, rows: Sequence[Sequence], conflict: str) -> None:
    """Insert by COPY: preparing each row as SQL takes longer than all the database does with it.

    COPY knows no conflicts; where there may be some, the rows wait in a table of this connection.
    """
    into = "bulk_rows" if conflict else table
    if conflict:
        cursor.execute(
            f"CREATE TEMPORARY TABLE bulk_rows AS SELECT {columns} FROM {table} WITH NO DATA"
        )
    for start in range(0, len(rows), 10 * PAGE):
        lines = "".join(map(_line, rows[start : start + 10 * PAGE]))
        cursor.cursor.copy_expert(f"COPY {into} ({columns}) FROM STDIN", io.StringIO(lines))
    if conflict:
        cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM bulk_rows{conflict}")
        cursor.execute("DROP TABLE bulk_rows")


_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _line(row: Sequence) -> str:
    """A row as COPY reads it."""
    return (
        "\t".join("\\N" if value is None else str(value).translate(_ESCAPED) for value in row)
        + "\n"
    )


def insert_changes(
    rows: Iterable[tuple[int, Cell, Cell, str]],
    *,
    at,
    by: User | None,
    action: str,
    import_batch: int | None = None,
) -> None:
    """Write a change for each (value id, before, after, reason)."""
    moment = connection.ops.adapt_datetimefield_value(at)
    who = by.pk if by else None
    insert(
        Change,
        _CHANGE,
        (
            (
                value, moment, who, str(action), import_batch,
                str(before.state), before.count, str(before.na_reason),
                str(after.state), after.count, str(after.na_reason),
                reason,
            )
            for value, before, after, reason in rows
        ),
    )  # fmt: skip
