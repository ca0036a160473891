"""What the reading of files says, in the language of the reader."""

from django.utils.translation import gettext as _

from institutions.sheets import Doubt, FileProblem, Passed, UnreadableFile


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
            "This is not a table but a file of the kind %(detail)s. Send an Excel workbook (.xlsx)"
            " or a CSV file."
        )
        % {"detail": detail}
        if detail
        else _("This is not a table. Send an Excel workbook (.xlsx) or a CSV file."),
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


def doubt_words(doubt: Doubt) -> str:
    """What was guessed without being sure, and what to look at."""
    return {
        Doubt.ENCODING: _(
            "The letters could be read in two ways. Look at the names below; if they are wrong,"
            " choose another encoding."
        ),
        Doubt.TYPED_IN: _(
            "Some cells are typed in an old font (TCVN3 or VNI), others are not. Look at the names"
            " below."
        ),
        Doubt.LETTERS_LOST: _(
            "The program that saved the file threw letters away (“Th? vi?n”). Save it again as"
            " “Excel workbook (.xlsx)” or “CSV UTF-8” if you can."
        ),
        Doubt.DELIMITER: _("The separator of the columns is not certain. Look at the columns."),
        Doubt.HEADING: _(
            "No line holds headings that are known. Choose the line in which they stand."
        ),
        Doubt.SHEET: _(
            "Several sheets hold such a table; one is read. Check that it is the right one, and"
            " send the others each by itself."
        ),
    }[doubt]
