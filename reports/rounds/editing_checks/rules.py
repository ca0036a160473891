"""What is looked at before a report goes in: the edit checks, as a table.

PURE: no Django. One `Rule` per check, with its code, its severity, what it says and tells to do in
Vietnamese and English, and a predicate. *Fatal* findings are errors: the figure has to change.
*Explain* findings are unlikely figures that may be right: the unit says why, in words. This is the
practice of the Public Libraries Survey of the United States, where a return goes in when every
edit check is corrected or annotated. docs/edit-checks.md lists the table; a test compares them.

A figure is compared with the approved one of the same institution in its latest earlier round.
Cell rules look at one institution × indicator, group rules at one tier × indicator of the report.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from reports.rounds.checks import Cell, CellFault, Question, faults

HALF = 50
"""Percent of last year's count above which a change is to be explained."""

TENFOLD = 10
"""Factor from which a slipped digit or separator is likelier than a change in the world."""

LEAST_DIFFERENCE = 50
"""Visits a year, about one a week. A smaller difference is no story, whatever its percentage:
from 3 to 5 is 67 %."""

LEAST_REPEATED = 20
"""Visits a year. Below this the same count twice is common chance; from here on last year's figure
was likelier copied than counted. "Last year's figure is no estimate" (New Mexico State Library,
instructions to the Public Libraries Survey)."""

LEAST_ALIKE = 10
"""Institutions. With nine answers in ten being yes, ten yes in a row still happen in one report of
three, five in more than half: fewer than ten alike tell nothing."""

LEAST_ALIKE_COUNTS = 5
"""Institutions. Yearly counts hardly ever agree by chance: five equal ones are filled down."""


class Severity(StrEnum):
    FATAL = "fatal"
    EXPLAIN = "explain"


@dataclass(frozen=True, slots=True)
class Answer:
    """One cell with all that the checks compare it with.

    `before` is the approved answer of the earlier round; None where the institution had none.
    `stood` tells whether the institution existed: for a yearly count on any day of the period, for
    every other answer on the day the answers are of.
    """

    line: int
    kind: str
    tier: str
    question: Question
    now: Cell
    before: Cell | None = None
    stood: bool = True
    # Somebody said why this very cell is blank.
    excused: bool = False

    @property
    def counts(self) -> tuple[int, int] | None:
        """Last year's count and this one's, where both are counts."""
        if self.before is None or self.before.state != "count" or self.now.state != "count":
            return None
        if self.before.count is None or self.now.count is None:
            return None
        return self.before.count, self.now.count


@dataclass(frozen=True, slots=True)
class Words:
    """What a check says and what to do. `{year}`: the earlier round; `{n}`: institutions."""

    title: str
    says: str
    todo: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One check. Exactly one of `fires` (one cell) and `picks` (cells of a group) is given."""

    code: str
    severity: Severity
    vi: Words
    en: Words
    fires: Callable[[Answer], bool] | None = None
    picks: Callable[[Sequence[Answer]], Sequence[Answer]] | None = None
    # What a note of a group was written for, and whether it still covers what is seen now.
    sees: Callable[[Sequence[Answer]], str] = field(default=lambda picked: "")
    covers: Callable[[str, str], bool] = operator.eq

    @property
    def is_fatal(self) -> bool:
        return self.severity is Severity.FATAL

    def words(self, language: str) -> Words:
        return self.en if language == "en" else self.vi


def answer_words(cell: Cell) -> str:
    """An answer as one word, the way a note remembers what it was written for."""
    return ":".join(str(part) for part in cell.answer if part not in (None, ""))


# Fatal --------------------------------------------------------------------------------------


def _has(*kinds: CellFault) -> Callable[[Answer], bool]:
    """The rules of one cell stand in checks.py; here they only get their words."""
    return lambda a: any(fault in kinds for fault in faults(a.now, a.question, a.kind))


def _is_not_whole(a: Answer) -> bool:
    return a.now.count is not None and a.now.count != int(a.now.count)


def _did_not_stand(a: Answer) -> bool:
    return not a.stood and a.now.state in ("yes", "no", "count")


# Explain, one cell --------------------------------------------------------------------------


def _is_far(before: int, now: int) -> bool:
    return abs(now - before) >= LEAST_DIFFERENCE


def _is_zero_now_or_then(a: Answer) -> bool:
    return bool(a.counts and _is_far(*a.counts) and 0 in a.counts)


def _is_tenfold(a: Answer) -> bool:
    if not a.counts or not _is_far(*a.counts) or 0 in a.counts:
        return False
    low, high = sorted(a.counts)
    return high >= TENFOLD * low


def _changed_by_half(a: Answer) -> bool:
    if not a.counts or not _is_far(*a.counts) or 0 in a.counts or _is_tenfold(a):
        return False
    before, now = a.counts
    return 100 * abs(now - before) > HALF * before


def _is_repeated(a: Answer) -> bool:
    return bool(a.counts and a.counts[0] == a.counts[1] and a.counts[1] >= LEAST_REPEATED)


def _turned_to_no(a: Answer) -> bool:
    return a.before is not None and (a.before.state, a.now.state) == ("yes", "no")


# Explain, one tier × indicator --------------------------------------------------------------


def _blank(answers: Sequence[Answer]) -> Sequence[Answer]:
    return [a for a in answers if a.now.is_blank and a.stood and not a.excused]


def _alike(answers: Sequence[Answer]) -> Sequence[Answer]:
    given = [a for a in answers if a.now.state in ("yes", "no", "count")]
    if len({a.now.answer for a in given}) != 1:
        return []
    least = LEAST_ALIKE_COUNTS if given[0].now.state == "count" else LEAST_ALIKE
    return given if len(given) >= least else []


def _at_most(then: str, now: str) -> bool:
    """A note about blank cells covers what is left of them, not cells that went blank later."""
    return then.isdigit() and int(now) <= int(then)


FATAL, EXPLAIN = Severity.FATAL, Severity.EXPLAIN

RULES: tuple[Rule, ...] = (
    Rule(
        "count_below_zero",
        FATAL,
        Words("Số đếm âm", "Số đếm nhỏ hơn 0.", "Sửa lại số; không có lượt nào thì ghi 0."),
        Words("Count below zero", "The count is below zero.", "Correct it; none at all is 0."),
        fires=_has(CellFault.BELOW_ZERO),
    ),
    Rule(
        "count_not_whole",
        FATAL,
        Words("Số đếm lẻ", "Số đếm không phải số nguyên.", "Ghi số lượt, không có phần lẻ."),
        Words("Count not whole", "The count is no whole number.", "Enter whole visits."),
        fires=_is_not_whole,
    ),
    Rule(
        "count_too_large",
        FATAL,
        Words("Số đếm quá lớn", "Số đếm lớn đến mức không thể có.", "Đếm lại chữ số rồi sửa."),
        Words("Count too large", "No count is that large.", "Check the digits and correct it."),
        fires=_has(CellFault.TOO_LARGE),
    ),
    Rule(
        "answer_misfit",
        FATAL,
        Words(
            "Trả lời sai loại",
            "Trả lời không đúng loại mà câu hỏi yêu cầu.",
            "Câu hỏi Có/Không thì chọn Có hoặc Không, câu hỏi số lượt thì ghi số.",
        ),
        Words(
            "Answer of another sort",
            "The answer is not of the sort that the question asks for.",
            "Answer yes or no where that is asked, and a number where a count is asked.",
        ),
        fires=_has(CellFault.NOT_COUNT, CellFault.NOT_YES_NO, CellFault.NOT_FOR_KIND),
    ),
    Rule(
        "reason_missing",
        FATAL,
        Words(
            "Thiếu lý do không áp dụng",
            "Ghi “Không áp dụng” mà chưa có lý do.",
            "Chọn lý do; nếu là lý do khác thì ghi rõ ở ghi chú.",
        ),
        Words(
            "Not applicable without a reason",
            "It says “not applicable” without a reason.",
            "Choose the reason; for another one, write it in the note.",
        ),
        fires=_has(CellFault.REASON_MISSING, CellFault.OTHER_NEEDS_NOTE),
    ),
    Rule(
        "institution_not_open",
        FATAL,
        Words(
            "Thiết chế không hoạt động",
            "Có số liệu cho thiết chế đã giải thể trước kỳ này hoặc thành lập sau kỳ này.",
            "Xoá số liệu của ô, hoặc báo Sở sửa ngày thành lập, giải thể của thiết chế.",
        ),
        Words(
            "Institution not open",
            "There is a figure for an institution that closed before or opened after the period.",
            "Clear the cell, or have the Department correct the days in the register.",
        ),
        fires=_did_not_stand,
    ),
    Rule(
        "count_from_or_to_zero",
        EXPLAIN,
        Words(
            "Từ 0 hoặc về 0",
            "Năm {year} và kỳ này có một kỳ bằng 0.",
            "Kiểm tra lại; đúng thì cho biết vì sao.",
        ),
        Words(
            "From or to zero",
            "Either {year} or this round says 0.",
            "Check it; if it is right, say why.",
        ),
        fires=_is_zero_now_or_then,
    ),
    Rule(
        "count_tenfold",
        EXPLAIN,
        Words(
            "Chênh từ 10 lần",
            "Chênh từ 10 lần trở lên so với năm {year}.",
            "Kiểm tra có thừa, thiếu chữ số hay không; đúng thì cho biết vì sao.",
        ),
        Words(
            "Tenfold",
            "Ten times {year}, a tenth of it, or beyond.",
            "Look for a digit too many or too few; if it is right, say why.",
        ),
        fires=_is_tenfold,
    ),
    Rule(
        "count_changed_by_half",
        EXPLAIN,
        Words(
            "Thay đổi trên 50%",
            "Thay đổi trên 50% so với năm {year}.",
            "Kiểm tra lại; đúng thì cho biết vì sao.",
        ),
        Words(
            "Changed by over 50%",
            "Changed by more than 50% against {year}.",
            "Check it; if it is right, say why.",
        ),
        fires=_changed_by_half,
    ),
    Rule(
        "count_as_last_year",
        EXPLAIN,
        Words(
            "Giống hệt năm trước",
            "Giống hệt số của năm {year}.",
            "Đếm lại cho kỳ này; nếu đúng là không đổi thì cho biết đã đếm thế nào.",
        ),
        Words(
            "Same as last year",
            "The same as {year} to the digit.",
            "Count anew; if nothing changed, say how it was counted.",
        ),
        fires=_is_repeated,
    ),
    Rule(
        "yes_turned_to_no",
        EXPLAIN,
        Words(
            "Có thành Không",
            "Năm {year} là Có, kỳ này là Không.",
            "Kiểm tra lại; đúng thì cho biết vì sao không còn.",
        ),
        Words(
            "Yes turned to no",
            "{year} said yes, this round says no.",
            "Check it; if it is right, say why it ended.",
        ),
        fires=_turned_to_no,
    ),
    Rule(
        "all_alike",
        EXPLAIN,
        Words(
            "Trả lời giống nhau",
            "Cả {n} thiết chế cùng một trả lời.",
            "Kiểm tra từng thiết chế; đúng thì cho biết căn cứ.",
        ),
        Words(
            "All alike",
            "All {n} institutions give the same answer.",
            "Check each of them; if it is right, say what it rests on.",
        ),
        picks=_alike,
        sees=lambda picked: answer_words(picked[0].now),
    ),
    Rule(
        "missing",
        EXPLAIN,
        Words(
            "Chưa có số liệu",
            "{n} thiết chế chưa có số liệu.",
            "Nhập nốt; nếu chưa có được thì cho biết vì sao. Ô trống không bị tính là Không.",
        ),
        Words(
            "Missing",
            "{n} institutions have no answer.",
            "Enter them; if that cannot be, say why. A blank never counts as no.",
        ),
        picks=_blank,
        sees=lambda picked: str(len(picked)),
        covers=_at_most,
    ),
)
BY_CODE: dict[str, Rule] = {rule.code: rule for rule in RULES}


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that fired, and the cells it is about: one for a cell rule, any number for a group."""

    rule: Rule
    answers: tuple[Answer, ...]

    @property
    def seen(self) -> str:
        """What stands there, as an explanation remembers it."""
        if self.rule.picks:
            return self.rule.sees(self.answers)
        return answer_words(self.answers[0].now)


def find(answers: Iterable[Answer]) -> list[Hit]:
    """All that the checks notice, cell by cell in the order given, then group by group.

    A cell with a fatal fault is not asked for explanations as well: it is going to change.
    """
    hits: list[Hit] = []
    groups: dict[tuple[str, str], list[Answer]] = {}
    for answer in answers:
        fired = [rule for rule in RULES if rule.fires and rule.fires(answer)]
        fatal = [rule for rule in fired if rule.is_fatal]
        hits += [Hit(rule, (answer,)) for rule in fatal or fired]
        if not fatal:
            groups.setdefault((answer.tier, answer.question.code), []).append(answer)
    for members in groups.values():
        for rule in RULES:
            if rule.picks and (picked := rule.picks(members)):
                hits.append(Hit(rule, tuple(picked)))
    return hits
