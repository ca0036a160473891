"""What the pure parts of the import say, in the language of the reader: what is wrong and what
to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override, pgettext

from institutions.models import Kind, Tier
from reports.importing.cells import NO, YES
from reports.importing.columns import (
    COMMUNE,
    INSTITUTION,
    NAME,
    NOTE,
    TIER,
    UNUSED,
    Vocabulary,
    column_letter,
)
from reports.importing.diff import TEMPLATE, ImportPlan
from reports.importing.reasons import About, Doubt, Reason, Why
from reports.models import NotApplicableReason
from reports.rounds.checks import MAX_NOTE
from reports.rounds.entry import question_of
from targets.models import Indicator


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """One reason against one cell. `line`, `column` and `letter` as the spreadsheet shows them.

    `proposal` is what could stand there instead.
    """

    line: int | None
    column: str
    value: str
    message: str
    letter: str = ""
    proposal: str = ""
    why: Why | None = None

    @property
    def text(self) -> str:
        """The message with the proposal in one sentence."""
        if not self.proposal:
            return self.message
        return f"{self.message} {_('Did you mean %(suggestion)s?') % {'suggestion': self.proposal}}"

    @property
    def as_dict(self) -> dict[str, str | int | None]:
        """What scripts read of it (design section 8)."""
        return {
            "line": self.line,
            "column": self.column,
            "value": self.value,
            "message": self.text,
        }


def headings() -> dict[str, str]:
    """Headings of the columns that are not questions, as the template writes them."""
    return {
        INSTITUTION: _("Institution code"),
        NAME: _("Institution name"),
        TIER: pgettext("column", "Tier"),
        COMMUNE: pgettext("column", "Commune"),
        NOTE: pgettext("column", "Note"),
    }


# What districts call their columns; matching forgives case, diacritics and small slips.
_ALSO = {
    INSTITUTION: ("Mã", "Mã số", "Mã TC", "Mã đơn vị", "Mã cơ sở", "Code"),
    NAME: ("Tên", "Tên đơn vị", "Tên cơ sở", "Thiết chế", "Name"),
    TIER: ("Loại hình", "Cấp quản lý"),
    COMMUNE: ("Xã", "Xã, phường", "Xã/phường", "Xã, phường, thị trấn", "Địa bàn", "Địa bàn xã"),
    NOTE: ("Ghi chú thêm", "Chú thích", "Nhận xét", "Remarks"),
    UNUSED: (
        *("STT", "TT", "Số TT", "Số thứ tự", "No.", "#"),
        *("Huyện", "Quận, huyện", "Địa chỉ", "Điện thoại", "Người phụ trách", "Loại thiết chế"),
    ),
}


def fault_heading() -> str:
    """Heading of the column in which a file given back says what is wrong."""
    return _("What to correct")


@lru_cache(maxsize=2)
def _words() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Headings, reasons and tiers in Vietnamese and English, whatever the reader's language."""
    known = {name: column for column, names in _ALSO.items() for name in names}
    reasons, tiers = {}, {}
    for language in ("vi", "en"):
        with override(language):
            known |= {heading: column for column, heading in headings().items()}
            known[fault_heading()] = UNUSED
            tiers |= {str(label): tier for tier, label in Tier.choices}
            for reason in NotApplicableReason:
                label = str(reason.label)
                reasons[label] = reason.value
                # "other, see note": the first words alone say it too.
                reasons.setdefault(label.split(",")[0], reason.value)
                reasons[reason.value.replace("_", " ")] = reason.value
    return known, reasons, tiers


def vocabulary(indicators: list[Indicator], year: int | None = None) -> Vocabulary:
    """The words a file may use, in Vietnamese and English whatever the reader's language."""
    known, reasons, tiers = _words()
    questions = []
    for indicator in indicators:
        question = question_of(indicator)
        asked = (indicator.question, indicator.question_en)
        questions.append(replace(question, labels=(*question.labels, *filter(None, asked))))
    return Vocabulary(tuple(questions), known, reasons, tiers, year)


def encodings() -> dict[str, str]:
    return {
        "utf-8": "UTF-8",
        "utf-16-le": "UTF-16 LE",
        "utf-16-be": "UTF-16 BE",
        "cp1258": _("Windows-1258 (Vietnamese)"),
        "cp1252": _("Windows-1252 (Western)"),
    }


def typed_in() -> dict[str, str]:
    return {
        "unicode": "Unicode",
        "tcvn3": _("TCVN3 (fonts .VnTime …)"),
        "vni": _("VNI (fonts VNI-Times …)"),
        "mojibake": _("letters repaired"),
    }


def delimiters() -> dict[str, str]:
    return {";": _("semicolon"), ",": _("comma"), "\t": _("tab"), "|": _("bar")}


def say(reason: Reason, names: Mapping[str, str] | None = None) -> str:
    """One reason against a cell, row or heading, with what to do. `names`: of the columns."""
    hint = reason.hint
    kind = dict(Kind.choices).get(hint, hint)
    both = " / ".join(f"“{(names or {}).get(code, code)}”" for code in hint.split("|"))
    return {
        Why.NO_INSTITUTION_COLUMN: _(
            "No column of institution codes or names was found. Choose below which column it is,"
            " or in which line the headings stand."
        ),
        Why.MISSING_COLUMN: _(
            "The column is missing. Add it, or say above that the file has none: what stands in"
            " the report then stays."
        ),
        Why.UNKNOWN_COLUMN: _(
            "This heading is not known. Choose below what the column is, or leave it out."
        ),
        Why.DOUBTFUL_COLUMN: _(
            "This heading could be %(columns)s. Choose below which one it is, or leave it out."
        )
        % {"columns": both},
        Why.UNNAMED_COLUMN: _(
            "The column has content but no heading. Choose below what it is, or leave it out."
        ),
        Why.DUPLICATE_COLUMN: _("The column occurs twice. Keep one; leave the other one out."),
        Why.NOT_YES_NO: _(
            "Only Có, Không or “Không áp dụng: reason” can stand here. Put remarks into the note."
        ),
        Why.NOT_COUNT: _("A whole number must stand here, such as 1250 or 1.250."),
        Why.NOT_WHOLE: _(
            "This is not a whole number. Write 1250 or 1.250; a comma marks decimals."
        ),
        Why.MAYBE_THOUSANDS: _(
            "The file holds a number with decimals, as spreadsheets do when 1.250 is typed with"
            " foreign settings. Say above whether it is meant so, or correct the cell."
        ),
        Why.DIGITS_LOST: _(
            "The spreadsheet rounded this number, so its last digits are lost. Type it anew."
        ),
        Why.MERGED_NUMBER: _(
            "One cell is merged over several rows. Unmerge it and give each institution its own"
            " number."
        ),
        Why.DOUBTFUL_CROSS: _(
            "The column holds both ✓ and x. Say above what x means, or write Có and Không."
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
        Why.NO_CODE: _("Neither the code nor the name of an institution stands in this row."),
        Why.TOO_MANY_CELLS: _(
            "The row has more cells than the heading. Put quotation marks around text that holds"
            " a separator."
        ),
        Why.DUPLICATE_ROW: _("The institution stands in line %(lines)s too. Keep one row.")
        % {"lines": hint},
        Why.UNKNOWN_INSTITUTION: _("No institution of this unit has this code or name."),
        Why.FOREIGN_INSTITUTION: _("The institution is not in your unit. Delete the row."),
        Why.DOUBTFUL_INSTITUTION: _(
            "Several institutions could be meant. Choose one, or write its code into the file."
        ),
        Why.NAME_CONTRADICTS: _(
            "The code belongs to “%(name)s”, the name to another institution: perhaps one column"
            " was sorted by itself. Choose which one it is, or correct the row."
        )
        % {"name": hint},
        Why.OPEN_DOUBT: _(
            "The column holds ticks alone. Say above what its blank cells mean; nothing is guessed."
        ),
        Why.OTHER_UNIT: _(
            "This is the template of another unit (%(unit)s). Download the template of this unit"
            " and fill that in."
        )
        % {"unit": hint},
        Why.OTHER_YEAR: _(
            "This is the template of the year %(year)s. Download this year's template and fill"
            " that in."
        )
        % {"year": hint},
        Why.NOTHING_RECOGNISED: _(
            "Nothing was recognised: no row of the file holds an answer. Fill in the template and"
            " send it again."
        ),
    }[reason.why]


def proposed(reason: Reason) -> str:
    """What could stand there instead, as it is to be written; "" where nobody can tell."""
    if reason.why is Why.REASON_UNKNOWN and reason.proposal:
        label = NotApplicableReason(reason.proposal).label
        return f"Không áp dụng: {label}"
    if reason.why is Why.UNKNOWN_INSTITUTION:
        return reason.hint
    return reason.proposal


def error_lines(plan: ImportPlan) -> list[ErrorLine]:
    """Every reason there is, in the order of the file: the heading first."""

    def at(line: int | None, column: str, value: str, reason: Reason) -> ErrorLine:
        place = plan.places.get(column)
        letter = "" if place is None else column_letter(place)
        return ErrorLine(line, column, value, say(reason), letter, proposed(reason), reason.why)

    heading_line = plan.header_line
    found = [
        at(heading_line if column not in ("", TEMPLATE) else None, column, "", reason)
        for column, reasons in plan.problems.items()
        for reason in reasons
    ]
    if not {INSTITUTION, NAME} & plan.columns.keys():
        # Without it every row lacks it: once is enough.
        return found
    for row in plan.rows:
        found += [
            at(row.line, column, row.values.get(column, ""), reason)
            for column, reasons in row.errors.items()
            for reason in reasons
        ]
    return found


def ask(doubt: Doubt, name: str) -> str:
    """A doubt as a question to the sender of the file. `name`: of the column."""
    number = doubt.number
    return {
        About.BLANK: ngettext(
            "“%(column)s” holds ticks alone, and %(n)d cell is blank. What does it mean?",
            "“%(column)s” holds ticks alone, and %(n)d cells are blank. What do they mean?",
            number,
        ),
        About.CROSS: _("“%(column)s” holds both ✓ and x. What does x mean?"),
        About.THOUSANDS: ngettext(
            "“%(column)s” holds %(n)d number with decimals, such as %(example)s. Is it"
            " %(proposal)s?",
            "“%(column)s” holds %(n)d numbers with decimals, such as %(example)s. Is that"
            " %(proposal)s?",
            number,
        ),
        About.MISSING: _("The file has no column “%(column)s”."),
    }[doubt.about] % {
        "column": name,
        "n": number,
        "example": doubt.example,
        "proposal": doubt.proposal and number_format(int(doubt.proposal), force_grouping=True),
    }


def answer_label(doubt: Doubt, answer: str) -> str:
    """One possible answer to a doubt, in words."""
    return {
        (About.BLANK, "leave"): _("Not reported: leave what stands"),
        (About.BLANK, "no"): NO,
        (About.CROSS, "no"): NO,
        (About.CROSS, "yes"): YES,
        (About.THOUSANDS, "whole"): _("Yes, the point stands for thousands"),
        (About.THOUSANDS, "wrong"): _("No, I will correct the cells"),
        (About.MISSING, "without"): _("Take it without; what stands in the report stays"),
    }[doubt.about, answer]
