"""What the pure parts of the import say, in the language of the reader: what is wrong and what
to do about it."""

from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from institutions.models import Kind
from reports.importing.diff import ImportPlan
from reports.importing.matching import INSTITUTION, NAME, NOTE, Reason, Vocabulary, Why
from reports.importing.reading import Unreadable, UnreadableFile
from reports.models import NotApplicableReason
from reports.rounds.checks import MAX_NOTE
from reports.rounds.entry import question_of
from targets.models import Indicator

HEADING_LINE = 1


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """One reason against one cell. `line` and `column` as the spreadsheet shows them."""

    line: int | None
    column: str
    value: str
    message: str


def headings() -> dict[str, str]:
    """Headings of the columns that are not questions, as the template writes them."""
    return {
        INSTITUTION: _("Institution code"),
        NAME: _("Institution name"),
        NOTE: pgettext("column", "Note"),
    }


def vocabulary(indicators: list[Indicator]) -> Vocabulary:
    """The words a file may use, in Vietnamese and English whatever the reader's language."""
    known, reasons = {}, {}
    for language in ("vi", "en"):
        with override(language):
            known |= {heading: column for column, heading in headings().items()}
            for reason in NotApplicableReason:
                label = str(reason.label)
                reasons[label] = reason.value
                # "other, see note": the first words alone say it too.
                reasons.setdefault(label.split(",")[0], reason.value)
                reasons[reason.value.replace("_", " ")] = reason.value
    return Vocabulary(tuple(question_of(i) for i in indicators), known, reasons)


def unreadable(error: UnreadableFile, *, max_bytes: int) -> str:
    """Why the file was refused as a whole."""
    return {
        Unreadable.EMPTY: _("The file is empty. Download the template, fill it in and send it."),
        Unreadable.TOO_LARGE: _(
            "The file is larger than %(megabytes)d MB. Send only the table of this unit."
        )
        % {"megabytes": max_bytes // 1024 // 1024},
        Unreadable.WORKBOOK: _(
            "This is an Excel workbook. In Excel choose Save As, type “CSV UTF-8”, and send that"
            " file."
        ),
        Unreadable.BINARY: _("This is not a table of text. Send a CSV file."),
        Unreadable.ENCODING: _(
            "The letters of the file cannot be read (line %(line)s). In Excel choose Save As, type"
            " “CSV UTF-8”."
        )
        % {"line": error.line},
        Unreadable.MALFORMED: _(
            "Line %(line)s cannot be split into cells: a quotation mark is not closed, or the"
            " first line is not the heading."
        )
        % {"line": error.line},
        Unreadable.TOO_LONG: _(
            "The file is too long (line %(line)s). Send only the table of this unit."
        )
        % {"line": error.line},
    }[error.why]


def say(reason: Reason) -> str:
    """One reason against a cell, row or heading, with what to do."""
    hint = reason.hint
    kind = dict(Kind.choices).get(hint, hint)
    text = {
        Why.NO_INSTITUTION_COLUMN: _(
            "The column of institution codes is missing. Line 1 must hold the headings of the"
            " template."
        ),
        Why.MISSING_COLUMN: _(
            "The column is missing. Add it; leave its cells blank if there is nothing to change."
        ),
        Why.UNKNOWN_COLUMN: _("Not a column of the template. Correct the heading or delete it."),
        Why.UNNAMED_COLUMN: _("The column has content but no heading. Name it or delete it."),
        Why.DUPLICATE_COLUMN: _("The column occurs twice. Keep one."),
        Why.NOT_YES_NO: _(
            "Only Có, Không or “Không áp dụng: reason” can stand here. Put remarks into the note."
        ),
        Why.NOT_COUNT: _("A whole number must stand here, such as 1250 or 1.250."),
        Why.NOT_WHOLE: _(
            "This is not a whole number. Write 1250 or 1.250; a comma marks decimals."
        ),
        Why.BELOW_ZERO: _("A count cannot be below zero. To clear a value write “-” alone."),
        Why.TOO_LARGE: _("The number is too large to be a yearly count. Check its digits."),
        Why.REASON_MISSING: _("Say why it does not apply: “Không áp dụng: %(reason)s”.")
        % {"reason": NotApplicableReason.UNDER_REPAIR.label},
        Why.REASON_UNKNOWN: _("The reason is not on the list. Possible: %(reasons)s.")
        % {"reasons": "; ".join(str(label) for label in NotApplicableReason.labels)},
        Why.OTHER_NEEDS_NOTE: _("Write the reason into the note of this row."),
        Why.NOT_FOR_KIND: _(
            "This question is not asked of this kind of institution (%(kind)s). Leave the cell"
            " blank."
        )
        % {"kind": kind},
        Why.NOT_RETURNED: _(
            "The Department did not return this cell, so it cannot be changed. Leave it blank."
        ),
        Why.NOTE_ALONE: _("A note needs an answer beside it in the same row."),
        Why.NOTE_TOO_LONG: _("The note is longer than %(number)s characters. Shorten it.")
        % {"number": number_format(MAX_NOTE, force_grouping=True)},
        Why.NO_CODE: _("The institution code is missing in this row."),
        Why.TOO_MANY_CELLS: _(
            "The row has more cells than the heading. Put quotation marks around text that holds"
            " a separator."
        ),
        Why.DUPLICATE_ROW: _("The institution stands in line %(lines)s too. Keep one row.")
        % {"lines": hint},
        Why.UNKNOWN_INSTITUTION: _("No institution of this unit has this code."),
        Why.FOREIGN_INSTITUTION: _("The institution is not in your unit. Delete the row."),
        Why.NOTHING_RECOGNISED: _(
            "Nothing was recognised: no row of the file holds an answer. Fill in the template and"
            " send it again."
        ),
    }[reason.why]
    if hint and reason.why in (Why.UNKNOWN_INSTITUTION, Why.NOT_COUNT):
        text += " " + _("Did you mean %(suggestion)s?") % {"suggestion": hint}
    return text


def error_lines(plan: ImportPlan) -> list[ErrorLine]:
    """Every reason there is, in the order of the file: the heading first."""
    found = [
        ErrorLine(HEADING_LINE if column else None, column, "", say(reason))
        for column, reasons in plan.problems.items()
        for reason in reasons
    ]
    for row in plan.rows:
        found += [
            ErrorLine(row.line, column, row.values.get(column, ""), say(reason))
            for column, reasons in row.errors.items()
            for reason in reasons
        ]
    return found
