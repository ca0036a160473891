"""The file that a unit fills in: its institutions, its questions, what stands there already.

UTF-8 with a byte-order mark and semicolons: a double click in a Vietnamese Excel opens it with
letters and columns right. Sent back unchanged it changes nothing.
"""

import csv
import io

from django.utils.translation import override

from institutions.exports import harmless
from reports.importing.columns import INSTITUTION, NAME, NOTE
from reports.importing.wording import headings
from reports.models import NotApplicableReason, Report, State
from reports.rounds.checks import Cell
from reports.rounds.pages import sheet

DELIMITER = ";"


def template_csv(report: Report) -> bytes:
    """The template of a report, in Vietnamese whatever the reader's language.

    Notes are left out: one column cannot hold the notes of several answers, and a blank note
    leaves them as they are.
    """
    with override("vi"):
        named = headings()
        tables = sheet(report, drafts=True).tables
        indicators = [indicator for table in tables for indicator in table.indicators]
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=DELIMITER, lineterminator="\r\n")
        writer.writerow(
            [named[INSTITUTION], named[NAME], *(i.name for i in indicators), named[NOTE]]
        )
        for table in tables:
            for row in table.rows:
                answers = {cell.indicator.pk: written(cell.cell) for cell in row.cells}
                writer.writerow(
                    [
                        harmless(row.line.institution.code),
                        harmless(row.line.institution.name),
                        *(answers.get(indicator.pk, "") for indicator in indicators),
                        "",
                    ]
                )
    return out.getvalue().encode("utf-8-sig")


def written(cell: Cell) -> str:
    """An answer as the import reads it back; counts without grouping, as spreadsheets like them."""
    if cell.state == State.COUNT:
        return str(cell.count)
    if cell.state == State.NOT_APPLICABLE:
        return f"Không áp dụng: {NotApplicableReason(cell.na_reason).label}"
    return {State.YES: "Có", State.NO: "Không", State.BLANK: ""}[cell.state]
