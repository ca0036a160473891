"""What the edit checks notice in one report, and the explanations given for it.

An explanation of one cell stands on the value, beside the answer it was written for; one about a
group of cells is a CheckNote, beside what the check saw. Either counts only while that is still
what stands there: a figure that changes is explained anew.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.db import models, transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from institutions.models import Tier, User
from reports.models import CheckNote, IndicatorValue, Report, ReportingRound, RoundLine
from reports.rounds.checks import MAX_NOTE, Cell
from reports.rounds.editing_checks.rules import (
    Answer,
    Hit,
    Rule,
    Severity,
    answer_words,
    find,
)
from reports.rounds.entry import (
    Closed,
    EntryRefused,
    current_openness,
    lock,
    mark_started,
    question_of,
    values_of,
)
from reports.rounds.opening import roster_day
from targets.models import Indicator

LEAST_LETTERS = 5
"""Letters of an explanation: "x" or "ok" explains nothing."""

_BATCH = 500


class WhyNot(models.TextChoices):
    """Why an explanation is not taken."""

    GONE = "gone", _("The checks no longer notice anything here.")
    CHANGED = "changed", _("The figure changed since you read it. Please look at it again.")
    FATAL = "fatal", _("This has to be corrected; an explanation is not enough.")
    TOO_SHORT = "too_short", _("Say why in a few words.")
    TOO_LONG = "too_long", _("The explanation is too long. Keep it to a few sentences.")


class ExplanationRefused(Exception):
    """An explanation is not taken; `why` says why."""

    def __init__(self, why: WhyNot):
        super().__init__(str(why.label))
        self.why = why


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check noticed.

    About one cell: `line_id` names its line. About a group: `line_id` is None, and `lines` are
    the lines of all its cells. `now` and `before` are None for a group. `explanation` is the one
    that counts, "" if there is none; `suggestion` is last year's, offered and never taken over by
    itself. `year` is the round compared with.
    """

    rule: Rule
    indicator: Indicator
    tier: str
    line_id: int | None
    lines: tuple[int, ...]
    seen: str
    now: Cell | None = None
    before: Cell | None = None
    # The answer that every cell of a group gives, where that is what the check noticed.
    shared: Cell | None = None
    year: int | None = None
    explanation: str = ""
    suggestion: str = ""

    @property
    def code(self) -> str:
        return self.rule.code

    @property
    def severity(self) -> Severity:
        return self.rule.severity

    @property
    def indicator_code(self) -> str:
        return self.indicator.code

    @property
    def is_fatal(self) -> bool:
        return self.rule.is_fatal

    @property
    def is_open(self) -> bool:
        """Whether it still holds the submission back."""
        return self.is_fatal or not self.explanation

    @property
    def subject(self) -> str:
        """The cell "line:indicator" or the group "tier:indicator"."""
        return f"{self.tier if self.line_id is None else self.line_id}:{self.indicator.code}"

    @property
    def key(self) -> str:
        """Names the finding within its report, in forms and requests."""
        return f"{self.code}:{self.subject}"

    def _word(self, name: str) -> str:
        text = getattr(self.rule.words(get_language() or "vi"), name)
        return text.format(year=self.year or "", n=len(self.lines))

    @property
    def title(self) -> str:
        return self._word("title")

    @property
    def message(self) -> str:
        """What the check noticed, in the language of the page."""
        return self._word("says")

    @property
    def todo(self) -> str:
        """What to do about it."""
        return self._word("todo")


@dataclass(frozen=True, slots=True)
class Findings:
    """The findings of one report, in the order of its lines, groups last."""

    report: Report
    all: tuple[Finding, ...]
    # The roster of the report by id, in the order in which its pages list it.
    lines: Mapping[int, RoundLine] = field(repr=False)

    def __iter__(self):
        return iter(self.all)

    def __len__(self):
        return len(self.all)

    @property
    def fatal(self) -> list[Finding]:
        return [f for f in self.all if f.is_fatal]

    @property
    def unexplained(self) -> list[Finding]:
        return [f for f in self.all if f.is_open and not f.is_fatal]

    @property
    def explained(self) -> list[Finding]:
        return [f for f in self.all if not f.is_open]

    @property
    def may_submit(self) -> bool:
        """No fatal one stands, and every other one has its note."""
        return not any(f.is_open for f in self.all)

    def get(self, key: str) -> Finding | None:
        """The finding with that key; one blank cell of a missing group may be named by itself."""
        known = next((f for f in self.all if f.key == key), None)
        if known is not None or not (named := re.fullmatch(r"missing:(\d{1,18}):(.+)", key)):
            return known
        line_id, code = int(named[1]), named[2]
        for group in self.all:
            if group.code == "missing" and group.indicator.code == code and line_id in group.lines:
                return Finding(
                    group.rule, group.indicator, group.tier, line_id, (line_id,),
                    answer_words(Cell()), now=Cell(), explanation=group.explanation,
                )  # fmt: skip
        return None


# Reading ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Said:
    """An answer, and the explanation that counts for it."""

    cell: Cell
    explanation: str = ""


_NOTHING = _Said(Cell())


def findings_of(report: Report, lines: Collection[int] | None = None) -> Findings:
    """What the checks notice in the report as it stands: seven queries, whatever its size.

    With `lines` (ids of roster lines) only the findings about those lines, groups that hold one
    of them included. The report must come with its round and that one's territory.
    """
    roster = _roster(report)
    asked = list(Indicator.objects.asked_in(report.round.year))
    values = _values(report)
    year = _earlier_year(report)
    earlier = _earlier(report, year)
    notes = {(note.check_code, note.subject): note for note in report.check_notes.all()}
    offered = _earlier_notes(report, year)

    indicators = {indicator.code: indicator for indicator in asked}
    hits = find(_answers(report.round, roster, asked, values, earlier))
    found = []
    for hit in hits:
        indicator = indicators[hit.answers[0].question.code]
        if hit.rule.picks:
            found.append(_group_finding(hit, indicator, year, notes, offered))
        else:
            line = roster[hit.answers[0].line]
            said = values.get((line.pk, indicator.pk), _NOTHING)
            before = earlier.get((line.institution_id, indicator.pk), _NOTHING)
            found.append(_cell_finding(hit, indicator, year, said, before))
    if lines is not None:
        wanted = set(lines)
        found = [f for f in found if not wanted.isdisjoint(f.lines)]
    return Findings(report, tuple(found), roster)


def _roster(report: Report) -> dict[int, RoundLine]:
    order = {tier: place for place, tier in enumerate(Tier.values)}
    lines = RoundLine.objects.filter(
        round=report.round_id, reporting_unit=report.reporting_unit_id
    ).select_related("institution", "commune")
    return {
        line.pk: line
        for line in sorted(
            lines,
            key=lambda line: (
                line.kind,
                order[line.tier],
                line.commune.sort_key if line.commune else "",
                line.institution.sort_key,
                line.institution.code,
            ),
        )
    }


def _values(report: Report) -> dict[tuple[int, int], _Said]:
    """What stands in the cells, by line and indicator: plain rows, since there are many."""
    rows = values_of(report).values_list(
        "line", "indicator", "state", "count", "na_reason", "note", "explanation", "explained"
    )
    found = {}
    for line, indicator, state, number, reason, note, text, explained in rows:
        cell = Cell(state, number, reason, note)
        found[line, indicator] = _Said(cell, explanation_of(cell, text, explained))
    return found


def explanation_of(cell: Cell, text: str, explained: str) -> str:
    """The explanation on a value, if it was written for the answer that stands there; else ""."""
    return text if text and explained == answer_words(cell) else ""


def _answers(
    round_: ReportingRound,
    roster: Mapping[int, RoundLine],
    asked: list[Indicator],
    values: Mapping[tuple[int, int], _Said],
    earlier: Mapping[tuple[int, int], _Said],
) -> Iterable[Answer]:
    day = roster_day(round_)
    questions = [
        (indicator.pk, indicator.kind, indicator.is_growth, question_of(indicator))
        for indicator in asked
    ]
    for line in roster.values():
        institution = line.institution
        opened, closed = institution.opened_on, institution.closed_on
        in_period = (opened is None or opened <= round_.period_to) and (
            closed is None or closed > round_.period_from
        )
        on_the_day = (opened is None or opened <= day) and (closed is None or closed > day)
        for pk, kind, is_growth, question in questions:
            said = values.get((line.pk, pk), _NOTHING)
            if kind != line.kind and said.cell.is_blank:
                continue
            before = earlier.get((line.institution_id, pk))
            yield Answer(
                line=line.pk,
                kind=line.kind,
                tier=line.tier,
                question=question,
                now=said.cell,
                before=before.cell if before else None,
                # Nobody misses the count of a year's part after which the institution closed.
                stood=in_period if is_growth else on_the_day,
                excused=bool(said.cell.is_blank and said.explanation),
            )


def _cell_finding(hit: Hit, indicator, year, said: _Said, before: _Said) -> Finding:
    answer = hit.answers[0]
    return Finding(
        rule=hit.rule,
        indicator=indicator,
        tier=answer.tier,
        line_id=answer.line,
        lines=(answer.line,),
        seen=hit.seen,
        now=answer.now,
        before=answer.before,
        year=year,
        explanation="" if hit.rule.is_fatal else said.explanation,
        suggestion=before.explanation,
    )


def _group_finding(hit: Hit, indicator, year, notes, offered) -> Finding:
    subject = hit.rule.code, f"{hit.answers[0].tier}:{indicator.code}"
    note, before = notes.get(subject), offered.get(subject)
    return Finding(
        rule=hit.rule,
        indicator=indicator,
        tier=hit.answers[0].tier,
        line_id=None,
        lines=tuple(answer.line for answer in hit.answers),
        seen=hit.seen,
        shared=None if hit.answers[0].now.is_blank else hit.answers[0].now,
        year=year,
        explanation=note.text if note and hit.rule.covers(note.seen, hit.seen) else "",
        suggestion=before.text if before else "",
    )


def _earlier_year(report: Report) -> int | None:
    """The latest earlier round in which institutions of the report stood, on whichever map."""
    return RoundLine.objects.filter(
        institution__lines__round=report.round_id,
        institution__lines__reporting_unit=report.reporting_unit_id,
        round__year__lt=report.round.year,
    ).aggregate(year=Max("round__year"))["year"]


def _earlier(report: Report, year: int | None) -> dict[tuple[int, int], _Said]:
    """Approved answers of that year by institution and indicator: what never counted is no base."""
    rows = (
        IndicatorValue.objects.filter(
            line__institution__lines__round=report.round_id,
            line__institution__lines__reporting_unit=report.reporting_unit_id,
            line__round__year=year or 0,
        )
        .exclude(approved_state="blank")
        .order_by("pk")
        .values_list(
            "line__institution", "indicator",
            "approved_state", "approved_count", "approved_na_reason",
            "state", "count", "na_reason", "explanation", "explained",
        )
    )  # fmt: skip
    return {
        (institution, indicator): _Said(
            Cell(*approved), explanation_of(Cell(*working), text, explained)
        )
        for institution, indicator, *both, text, explained in rows
        for approved, working in [(both[:3], both[3:])]
    }


def _earlier_notes(report: Report, year: int | None) -> dict[tuple[str, str], CheckNote]:
    """What the unit, or the one it came from, wrote that year about groups of cells."""
    unit = report.reporting_unit_id
    notes = CheckNote.objects.filter(
        Q(report__reporting_unit=unit) | Q(report__reporting_unit__successors=unit),
        report__round__year=year or 0,
    ).order_by("pk")
    return {(note.check_code, note.subject): note for note in notes}


# Writing ------------------------------------------------------------------------------------


def check_text(text: str) -> str:
    """An explanation as it is kept; raises ExplanationRefused for one that says nothing."""
    text = text.replace("\r\n", "\n").strip()
    if len(text) > MAX_NOTE:
        raise ExplanationRefused(WhyNot.TOO_LONG)
    if sum(letter.isalpha() for letter in text) < LEAST_LETTERS:
        raise ExplanationRefused(WhyNot.TOO_SHORT)
    return text


@transaction.atomic
def explain_all(
    report: Report, given: Mapping[str, tuple[str, str | None]], user: User
) -> dict[str, ExplanationRefused]:
    """Keep explanations by the key of the finding; what could not be kept, by key.

    Each comes with what its writer saw there (`Finding.seen`; None: not said). Those that are
    refused leave the others alone. Raises EntryRefused, and has then written nothing, where the
    report takes no entries; a cell that was not returned can be explained, since its answer stays.
    """
    report = lock(report)
    open_now = current_openness(report, user)
    if open_now.why_closed:
        raise EntryRefused(open_now.why_closed)
    if report.status == Report.Status.SUBMITTED:
        # The Department may correct what was submitted, but the words beside it are the unit's.
        raise EntryRefused(Closed.SUBMITTED)
    found, refused = findings_of(report), {}
    of_cells: list[tuple[Finding, str]] = []
    of_groups: list[tuple[Finding, str]] = []
    for key, (text, seen) in given.items():
        finding = found.get(key)
        try:
            if finding is None:
                raise ExplanationRefused(WhyNot.GONE)
            if finding.is_fatal:
                raise ExplanationRefused(WhyNot.FATAL)
            if seen is not None and not finding.rule.covers(seen, finding.seen):
                raise ExplanationRefused(WhyNot.CHANGED)
            kept = check_text(text)
        except ExplanationRefused as refusal:
            refused[key] = refusal
        else:
            (of_groups if finding.line_id is None else of_cells).append((finding, kept))
    now = timezone.now()
    _keep_on_values(report, of_cells)
    _keep_notes(report, of_groups, user, now)
    if of_cells or of_groups:
        mark_started(report, now)
    return refused


def explain(
    report: Report, finding_key: str, text: str, user: User, *, seen: str | None = None
) -> Finding:
    """Keep one explanation and return the finding as it stands then.

    Raises ExplanationRefused or EntryRefused, and has then written nothing. A single blank cell
    is explained under "missing:<line>:<indicator>", its whole tier under
    "missing:<tier>:<indicator>".
    """
    refused = explain_all(report, {finding_key: (text, seen)}, user)
    if refused:
        raise refused[finding_key]
    return findings_of(report).get(finding_key)


def _keep_on_values(report: Report, given: list[tuple[Finding, str]]) -> None:
    if not given:
        return
    cells = {(f.line_id, f.indicator.pk): (text, answer_words(f.now)) for f, text in given}
    # A cell that nobody filled has no row yet; it gets a blank one, which carries the words.
    IndicatorValue.objects.bulk_create(
        [IndicatorValue(line_id=line, indicator_id=indicator) for line, indicator in cells],
        ignore_conflicts=True,
        batch_size=_BATCH,
    )
    changed = []
    for value in values_of(report).filter(line__in={line for line, _indicator in cells}):
        if (key := (value.line_id, value.indicator_id)) in cells:
            value.explanation, value.explained = cells[key]
            changed.append(value)
    IndicatorValue.objects.bulk_update(changed, ["explanation", "explained"], batch_size=_BATCH)


def _keep_notes(report: Report, given: list[tuple[Finding, str]], user: User, now) -> None:
    CheckNote.objects.bulk_create(
        [
            CheckNote(
                report=report, check_code=f.code, subject=f.subject, seen=f.seen, text=text,
                by=user, at=now,
            )
            for f, text in given
        ],
        update_conflicts=True,
        unique_fields=["report", "check_code", "subject"],
        update_fields=["seen", "text", "by", "at"],
        batch_size=_BATCH,
    )  # fmt: skip
