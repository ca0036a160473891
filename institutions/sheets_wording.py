"""What the reading of files says, in the language of the reader."""

from django.utils.translation import gettext as _

from institutions.sheets import FileProblem, Passed, UnreadableFile


def unreadable(error: UnreadableFile, *, max_bytes: int) -> str:
    """Why the file was refused as a whole, and what to do."""
    detail = error.detail
    return {
        FileProblem.EMPTY: _("The file is empty. Download the template, fill it in and send it."),
        FileProblem.TOO_LARGE: _("The file is larger than %(megabytes)d MB. Send the table alone.")
        % {"megabytes": max_bytes // 1024 // 1024},
        FileProblem.TOO_LARGE_UNPACKED: _(
            "The file unpacks to far more than a table needs. Copy the table into a new file and"
            " send that."
        ),
        FileProblem.TOO_MANY_ROWS: _("The file has too many rows. Send the table alone."),
        FileProblem.TOO_MANY_COLUMNS: _(
            "The file has too many columns. Delete those that are not needed."
        ),
        FileProblem.CELL_TOO_LONG: _(
            "A cell holds far more text than a table needs (%(detail)s). Shorten it; perhaps a"
            " quotation mark is not closed."
        )
        % {"detail": detail},
        FileProblem.ENCRYPTED: _(
            "The file asks for a password. Save it without one and send it again."
        ),
        FileProblem.DAMAGED: _(
            "The file is damaged or was cut off. Open it in Excel, save it anew and send that."
        ),
        FileProblem.NOT_A_TABLE: _(
            "This is not a table. Send an Excel workbook (.xlsx) or a CSV file."
        ),
        FileProblem.OTHER_SPREADSHEET: _(
            "This kind of spreadsheet cannot be read (%(detail)s). In Excel choose Save As, type"
            " “Excel workbook (.xlsx)”."
        )
        % {"detail": detail},
        FileProblem.ENCODING: _(
            "The letters of the file cannot be read. In Excel choose Save As, type “Excel workbook"
            " (.xlsx)” or “CSV UTF-8”."
        ),
        FileProblem.QUOTES: _(
            "The file cannot be split into cells: a quotation mark is not closed (line %(detail)s)."
        )
        % {"detail": detail or "–"},
        FileProblem.NO_SUCH_SHEET: _("The file has no such sheet. Choose another one."),
        FileProblem.NO_SUCH_LINE: _("The sheet has no such line. Choose another one."),
    }[error.problem]


def passed_words(reason: Passed) -> str:
    """Why a row of the file is no row of its table."""
    return {
        Passed.TITLE: _("title above the headings"),
        Passed.EMPTY: _("empty"),
        Passed.SEPARATOR_LINE: _("tells Excel the separator"),
        Passed.UPPER_HEADING: _("upper line of the headings"),
        Passed.REPEATED_HEADING: _("headings again"),
        Passed.COLUMN_NUMBERS: _("numbers of the columns"),
        Passed.SECTION: _("name of a part of the table"),
        Passed.TOTAL: _("totals"),
        Passed.NOTE: _("remark or signature below the table"),
    }[reason]
