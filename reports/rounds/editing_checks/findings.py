"""What the edit checks notice in one report, and the explanations given for it.

An explanation of one cell stands on the value, beside the answer it was written for; one about a
group of cells is a CheckNote, beside what the check saw. Either counts only while that is still
what stands there: a figure that changes is explained anew.
"""

import datetime
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from django.db import models, transaction
from django.db.models import F, Max, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from institutions.models import Tier, User
from reports.models import Change, CheckNote, IndicatorValue, Report, ReportingRound, RoundLine
from reports.rounds import bulk
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
    cell_of,
    current_openness,
    lock,
    mark_started,
    question_of,
    refuse,
    values_of,
    why_beside_closed,
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
    NOT_RETURNED = (
        "not_returned",
        _("The report was returned for single cells; only those can be changed."),
    )
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
    # The round compared with, and its approved answers by line and indicator id.
    year: int | None = None
    before: Mapping[tuple[int, int], Cell] = field(default_factory=dict, repr=False)

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


def findings_of(
    report: Report,
    lines: Collection[int] | None = None,
    instead: Mapping[tuple[int, int], Cell] | None = None,
) -> Findings:
    """What the checks notice in the report as it stands: seven queries, whatever its size.

    With `lines` (ids of roster lines) only the findings about those lines, groups that hold one
    of them included. `instead` are answers that would stand, by line and indicator id. The report
    must come with its round and that one's territory.
    """
    found = findings_of_all([report], instead)[report.pk]
    if lines is None:
        return found
    wanted = set(lines)
    return replace(found, all=tuple(f for f in found.all if not wanted.isdisjoint(f.lines)))


def findings_of_all(
    reports: Collection[Report], instead: Mapping[tuple[int, int], Cell] | None = None
) -> dict[int, Findings]:
    """The findings of several reports by report id: seven queries, however many they are."""
    if not reports:
        return {}
    rosters = _rosters(reports)
    indicators = list(Indicator.objects.all())
    values = _values(reports)
    for part, roster in rosters.items():
        for key, cell in (instead or {}).items():
            if key[0] in roster:
                said = values[part].get(key, _NOTHING)
                same = said.cell.answer == cell.answer
                values[part][key] = _Said(cell, said.explanation if same else "")
    years = _earlier_years(reports)
    earlier = _earlier(reports, years)
    notes: dict[int, dict[tuple[str, str], CheckNote]] = defaultdict(dict)
    for note in CheckNote.objects.filter(report__in=reports):
        notes[note.report_id][note.check_code, note.subject] = note
    offered = _earlier_notes(reports, years)
    found = {}
    for report in reports:
        part = _part(report)
        last_day = datetime.date(report.round.year, 12, 31)
        found[report.pk] = _findings(
            report,
            rosters[part],
            [indicator for indicator in indicators if indicator.valid_from <= last_day],
            values[part],
            years.get(part),
            earlier[years.get(part)],
            notes[report.pk],
            offered[report.reporting_unit_id, years.get(part)],
        )
    return found


Part = tuple[int, int]
"""Round and reporting unit: what a report is of."""

Year = int | None


def _part(report: Report) -> Part:
    return report.round_id, report.reporting_unit_id


def _of(reports: Collection[Report], prefix: str = "") -> dict[str, set[int]]:
    """A filter for roster lines: those of the reports, and some that `_part` sorts out."""
    return {
        f"{prefix}round__in": {report.round_id for report in reports},
        f"{prefix}reporting_unit__in": {report.reporting_unit_id for report in reports},
    }


def _findings(
    report: Report,
    roster: dict[int, RoundLine],
    asked: list[Indicator],
    values: Mapping[tuple[int, int], _Said],
    year: int | None,
    earlier: Mapping[tuple[int, int], _Said],
    notes: Mapping[tuple[str, str], CheckNote],
    offered: Mapping[tuple[str, str], CheckNote],
) -> Findings:
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
    before = {
        (line.pk, indicator.pk): earlier[line.institution_id, indicator.pk].cell
        for line in roster.values()
        for indicator in asked
        if (line.institution_id, indicator.pk) in earlier
    }
    return Findings(report, tuple(found), roster, year, before)


def _rosters(reports: Collection[Report]) -> dict[Part, dict[int, RoundLine]]:
    order = {tier: place for place, tier in enumerate(Tier.values)}
    lines = RoundLine.objects.filter(**_of(reports)).select_related("institution", "commune")
    found: dict[Part, dict[int, RoundLine]] = defaultdict(dict)
    for line in sorted(
        lines,
        key=lambda line: (
            line.kind,
            order[line.tier],
            line.commune.sort_key if line.commune else "",
            line.institution.sort_key,
            line.institution.code,
        ),
    ):
        found[line.round_id, line.reporting_unit_id][line.pk] = line
    return found


def _values(reports: Collection[Report]) -> dict[Part, dict[tuple[int, int], _Said]]:
    """What stands in the cells, by line and indicator: plain rows, since there are many."""
    rows = IndicatorValue.objects.filter(**_of(reports, "line__")).values_list(
        "line__round", "line__reporting_unit", "line", "indicator",
        "state", "count", "na_reason", "note", "explanation", "explained",
    )  # fmt: skip
    found: dict[Part, dict[tuple[int, int], _Said]] = defaultdict(dict)
    for round_id, unit, line, indicator, state, number, reason, note, text, explained in rows:
        cell = Cell(state, number, reason, note)
        said = _Said(cell, explanation_of(cell, text, explained))
        found[round_id, unit][line, indicator] = said
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


def _earlier_years(reports: Collection[Report]) -> dict[Part, int]:
    """The latest earlier round in which institutions of a report stood, on whichever map."""
    rows = (
        RoundLine.objects.filter(
            **_of(reports, "institution__lines__"),
            round__year__lt=F("institution__lines__round__year"),
        )
        .values_list("institution__lines__round", "institution__lines__reporting_unit")
        .annotate(year=Max("round__year"))
        .order_by()
    )
    return {(round_id, unit): year for round_id, unit, year in rows}


def _earlier(
    reports: Collection[Report], years: Mapping[Part, int]
) -> dict[Year, dict[tuple[int, int], _Said]]:
    """Approved answers by year, institution and indicator: what never counted is no base."""
    rows = (
        IndicatorValue.objects.filter(
            **_of(reports, "line__institution__lines__"),
            line__round__year__in=set(years.values()) or {0},
        )
        .exclude(approved_state="blank")
        .order_by("pk")
        .values_list(
            "line__round__year", "line__institution", "indicator",
            "approved_state", "approved_count", "approved_na_reason",
            "state", "count", "na_reason", "explanation", "explained",
        )
    )  # fmt: skip
    found: dict[Year, dict[tuple[int, int], _Said]] = defaultdict(dict)
    for year, institution, indicator, *both, text, explained in rows:
        approved, working = Cell(*both[:3]), Cell(*both[3:])
        said = _Said(approved, explanation_of(working, text, explained))
        found[year][institution, indicator] = said
    return found


def earlier_answers(report: Report) -> dict[tuple[int, int], Cell]:
    """What `Findings.before` holds, for readers without findings. Three queries.

    By line of this round and indicator id.
    """
    years = _earlier_years([report])
    earlier = _earlier([report], years)[years.get(_part(report))]
    lines = RoundLine.objects.filter(round=report.round_id, reporting_unit=report.reporting_unit_id)
    of_institution = dict(lines.values_list("institution", "pk"))
    return {
        (of_institution[institution], indicator): said.cell
        for (institution, indicator), said in earlier.items()
        if institution in of_institution
    }


def _earlier_notes(
    reports: Collection[Report], years: Mapping[Part, int]
) -> dict[tuple[int, Year], dict[tuple[str, str], CheckNote]]:
    """What a unit, or the one it came from, wrote in a year about groups of cells."""
    units = {report.reporting_unit_id for report in reports}
    notes = (
        CheckNote.objects.filter(
            Q(report__reporting_unit__in=units) | Q(report__reporting_unit__successors__in=units),
            report__round__year__in=set(years.values()) or {0},
        )
        .annotate(
            unit=F("report__reporting_unit"),
            successor=F("report__reporting_unit__successors"),
            year=F("report__round__year"),
        )
        .order_by("pk")
    )
    found: dict[tuple[int, Year], dict[tuple[str, str], CheckNote]] = defaultdict(dict)
    for note in notes:
        for unit in {note.unit, note.successor}:
            found[unit, note.year][note.check_code, note.subject] = note
    return found


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
    report takes no entries. A cell that was not returned can be explained, since its answer stays,
    but what was said of it stays too.
    """
    report = lock(report)
    open_now = current_openness(report, user)
    refuse(why_beside_closed(report, open_now))
    returned = returned_cells(report) if open_now.returned_only else None
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
            named = {(line, finding.indicator.pk) for line in finding.lines}
            if returned is not None and not finding.is_open and named.isdisjoint(returned):
                raise ExplanationRefused(WhyNot.NOT_RETURNED)
            kept = check_text(text)
        except ExplanationRefused as refusal:
            refused[key] = refusal
        else:
            (of_groups if finding.line_id is None else of_cells).append((finding, kept))
    now = timezone.now()
    _keep_on_values(report, of_cells, user, now)
    _keep_notes(report, of_groups, user, now)
    if of_cells or of_groups:
        mark_started(report, now)
    return refused


def returned_cells(report: Report) -> set[tuple[int, int]]:
    """The cells that the return named, by line and indicator id."""
    marked = values_of(report).filter(is_returned=True)
    return set(marked.values_list("line", "indicator"))


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


def _keep_on_values(report: Report, given: list[tuple[Finding, str]], user: User, now) -> None:
    """The words beside the answers; who wrote what and when stands in the changes."""
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
        words = cells.get((value.line_id, value.indicator_id))
        if words and words != (value.explanation, value.explained):
            value.explanation, value.explained = words
            changed.append(value)
    IndicatorValue.objects.bulk_update(changed, ["explanation", "explained"], batch_size=_BATCH)
    bulk.insert_changes(
        ((value.pk, cell_of(value), cell_of(value), value.explanation) for value in changed),
        at=now,
        by=user,
        action=Change.Action.EXPLAINED,
    )


def _keep_notes(report: Report, given: list[tuple[Finding, str]], user: User, now) -> None:
    """The words about groups; those that they replace stay in the history of the note."""
    if not given:
        return
    known = set(report.check_notes.values_list("check_code", "subject"))
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
    written = {True: [], False: []}
    for note in report.check_notes.filter(at=now):
        written[(note.check_code, note.subject) in known].append(note)
    for is_known, notes in written.items():
        CheckNote.history.bulk_history_create(
            notes, update=is_known, default_user=user, default_date=now
        )
