"""Cells of a large import between the reading of its file and their writing.

They wait in a temporary table of this connection: nobody else sees it, it takes no memory, it
locks nothing, and it is gone with the process. From there each table of values and changes is
written by one statement, so that on SQLite others wait for these statements alone.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from institutions.models import User
from reports.models import Change, ImportBatch, IndicatorValue, RoundLine

_COLUMNS = (
    "line_id", "unit_id", "indicator_id", "version", "is_change",
    "state", "count", "na_reason", "note",
    "before_state", "before_count", "before_na_reason", "before_note",
)  # fmt: skip
_TABLE = """
    CREATE TEMPORARY TABLE staged_cell (
        line_id bigint NOT NULL, unit_id bigint NOT NULL, indicator_id bigint NOT NULL,
        version integer NOT NULL, is_change smallint NOT NULL,
        state varchar(14) NOT NULL, count bigint, na_reason varchar(20) NOT NULL,
        note text NOT NULL,
        before_state varchar(14) NOT NULL, before_count bigint,
        before_na_reason varchar(20) NOT NULL, before_note text NOT NULL
    )
"""
_WRITTEN = ("state", "count", "na_reason", "note", "version")
_PAGE = 1000


class Stage:
    """The cells that a file fills: those that it changes, and those that it found as it has them.

    `with Stage() as stage:`; afterwards the table is gone.
    """

    def __init__(self) -> None:
        self._replaces_notes = False

    def __enter__(self) -> "Stage":
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS staged_cell")
            cursor.execute(_TABLE)
        return self

    def __exit__(self, *_error) -> None:
        # A connection that broke took the table with it.
        if connection.connection is not None and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("DROP TABLE IF EXISTS staged_cell")

    def add(self, rows: Iterable[tuple]) -> None:
        """Keep rows of values in the order of `_COLUMNS`; `version` is that which was read."""
        rows = list(rows)
        if not rows:
            return
        note, before = _COLUMNS.index("note"), _COLUMNS.index("before_note")
        self._replaces_notes |= any(row[before] and row[before] != row[note] for row in rows)
        into = f"INSERT INTO staged_cell ({', '.join(_COLUMNS)}) VALUES "
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                from psycopg2.extras import execute_values  # not installed with every database

                execute_values(cursor.cursor, f"{into}%s", rows, page_size=_PAGE)
            else:
                places = f"({', '.join(['%s'] * len(_COLUMNS))})"
                for start in range(0, len(rows), _PAGE):
                    page = rows[start : start + _PAGE]
                    cursor.execute(
                        into + ", ".join([places] * len(page)), [v for row in page for v in row]
                    )

    def is_overtaken(self) -> bool:
        """Whether a cell was changed, or its institution moved, since it was staged."""
        lines, values = _quoted(RoundLine), _quoted(IndicatorValue)
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                SELECT 1 FROM staged_cell s
                LEFT JOIN {lines} l ON l.id = s.line_id
                LEFT JOIN {values} v
                    ON v.line_id = s.line_id AND v.indicator_id = s.indicator_id
                WHERE l.id IS NULL OR l.reporting_unit_id <> s.unit_id
                    OR COALESCE(v.version, 0) <> s.version
                LIMIT 1
                """
            )
            return cursor.fetchone() is not None

    def settle(self) -> None:
        """Tell the planner how large the table is, before anybody waits."""
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE staged_cell")

    def write(self, batch: ImportBatch, user: User | None, at: datetime) -> dict[str, str]:
        """Write values and changes; the notes that were replaced, by value. In a transaction."""
        values, changes = _quoted(IndicatorValue), _quoted(Change)
        others = [
            field
            for field in IndicatorValue._meta.concrete_fields
            if not field.primary_key and field.name not in (*_WRITTEN, "line", "indicator")
        ]
        columns = ", ".join(
            connection.ops.quote_name(name)
            for name in ("line_id", "indicator_id", *_WRITTEN, *(f.column for f in others))
        )
        taken = ", ".join(f"{name} = EXCLUDED.{name}" for name in _WRITTEN)
        defaults = "".join([", %s"] * len(others))
        joined = f"""
            FROM staged_cell s
            JOIN {values} v ON v.line_id = s.line_id AND v.indicator_id = s.indicator_id
            WHERE s.is_change = 1
        """
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                INSERT INTO {values} ({columns})
                SELECT line_id, indicator_id, state, count, na_reason, note, version + 1{defaults}
                FROM staged_cell WHERE is_change = 1
                ON CONFLICT (line_id, indicator_id) DO UPDATE SET {taken}
                """,
                [field.get_default() for field in others],
            )
            cursor.execute(
                f"""
                INSERT INTO {changes} (
                    value_id, at, by_id, action, import_batch_id,
                    before_state, before_count, before_na_reason,
                    after_state, after_count, after_na_reason, reason
                )
                SELECT v.id, %s, %s, %s, %s,
                    s.before_state, s.before_count, s.before_na_reason,
                    s.state, s.count, s.na_reason,
                    CASE WHEN s.note <> s.before_note THEN s.note ELSE '' END
                {joined}
                """,
                [
                    connection.ops.adapt_datetimefield_value(at),
                    user.pk if user else None,
                    Change.Action.IMPORTED.value,
                    batch.pk,
                ],
            )
            if not self._replaces_notes:
                return {}
            cursor.execute(
                f"SELECT v.id, s.before_note {joined}"
                " AND s.before_note <> '' AND s.before_note <> s.note"
            )
            return {str(pk): note for pk, note in cursor.fetchall()}


def _quoted(model) -> str:
    return connection.ops.quote_name(model._meta.db_table)
