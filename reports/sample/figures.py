"""Sample rounds: who reported what and when, with the history that real figures would have."""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone, translation

from institutions.models import AdministrativeUnit, Kind, Tier, User
from reports.models import (
    Change,
    CheckNote,
    ImportBatch,
    IndicatorValue,
    NotApplicableReason,
    Report,
    ReportingRound,
    State,
)
from reports.rounds.bulk import insert, insert_changes
from reports.rounds.editing_checks.findings import findings_of
from reports.rounds.opening import open_round
from reports.rounds.receipts import issue
from reports.sample.chance import between, chance
from reports.sample.provinces import (
    BASELINE,
    OPEN,
    PERIOD_ENDS,
    PERIOD_STARTS,
    STUDY_VISITS,
    VISITS,
    YEARS,
    Calendar,
    Province,
)
from targets.models import Indicator

Status = Report.Status
# Days that the sample leaves until reports are due, at least, on the day it is made.
_DAYS_LEFT = 9
_NOT_REPORTED = "not reported"
# Part of a draft that has been filled in.
_FILLED = 0.4
# Visits of a library in the first year, from … to.
_VISITS = {
    Tier.DISTRICT: (2500, 6000),
    Tier.COMMUNE: (150, 600),
    Tier.GENERAL_SCHOOL: (200, 800),
    Tier.VOCATIONAL: (900, 2400),
    Tier.OTHER_EDUCATION: (250, 900),
    Tier.UNIVERSITY: (9000, 9000),
    Tier.ARMED_FORCES: (300, 900),
}
_EVIDENCE = {
    Kind.LIBRARY: "Kế hoạch hoạt động năm; sổ theo dõi phục vụ bạn đọc.",
    Kind.MUSEUM: "Chương trình giáo dục đã phê duyệt; danh sách đoàn học sinh.",
    Kind.CULTURE_CENTRE: "Kế hoạch hoạt động năm; sổ sinh hoạt câu lạc bộ.",
}

# Why what the edit checks notice is right, by check.
_WHY = {
    "count_from_or_to_zero": "Thư viện đóng cửa sửa chữa một phần kỳ báo cáo.",
    "count_tenfold": "Thư viện đóng cửa sửa chữa phần lớn kỳ báo cáo.",
    "count_changed_by_half": "Có thêm phòng đọc và ngày hội sách trong kỳ.",
    "count_as_last_year": "Đã đếm lại theo sổ phục vụ, số lượt không đổi.",
    "yes_turned_to_no": "Cán bộ phụ trách nghỉ việc, chưa bố trí được người thay.",
    "all_alike": "Đã kiểm tra từng thiết chế, có kế hoạch chung của đơn vị.",
    "missing": "Một số thiết chế chưa gửi số liệu kịp thời hạn.",
}


@dataclass(frozen=True, slots=True)
class Line:
    """What is needed of one roster line; district, unit and institution by code."""

    pk: int
    kind: str
    tier: str
    district: str | None
    unit: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A working value. A blank cell is no row at all."""

    state: str
    count: int | None = None
    na_reason: str = ""


@dataclass(frozen=True, slots=True)
class Timing:
    """When a unit's report was begun, sent and decided on."""

    started: datetime.datetime
    sent: datetime.datetime
    decided: datetime.datetime


def make_rounds(
    province: Province,
    territory: AdministrativeUnit,
    people: Mapping[str, User],
    today: datetime.date,
) -> Iterator[int]:
    """Make the years that have no round yet, each with its figures; each year once it is made."""
    there = set(territory.rounds.values_list("year", flat=True))
    indicators = list(Indicator.objects.filter(code__in=_codes(province)))
    for year in YEARS:
        if year in there:
            continue
        round_ = _open(province, territory, year, people["department"], today)
        _RoundMaker(province, round_, people, indicators, today).make()
        yield year


def _codes(province: Province) -> set[str]:
    return {group.indicator for group in province.groups} | {VISITS, STUDY_VISITS}


def calendar(province: Province, year: int, today: datetime.date) -> Calendar:
    """When the round was opened and is due.

    The open year is due on the plan's day of the year that leaves at least nine days from today,
    so that the sample shows days left whenever it is made; its real day lies in the past.
    """
    if year != OPEN:
        return province.calendars[year]
    due = datetime.date(today.year, *province.report_before)
    if (due - today).days < _DAYS_LEFT:
        due = due.replace(year=today.year + 1)
    opens = min(due - datetime.timedelta(days=61), today - datetime.timedelta(days=24))
    return Calendar(opens, due)


def _open(
    province: Province,
    territory: AdministrativeUnit,
    year: int,
    user: User,
    today: datetime.date,
) -> ReportingRound:
    days = calendar(province, year, today)
    round_ = open_round(
        territory=territory,
        year=year,
        kind=ReportingRound.Kind.BASELINE if year == BASELINE else ReportingRound.Kind.ANNUAL,
        period_from=datetime.date(year - 1, *PERIOD_STARTS),
        period_to=datetime.date(year, *PERIOD_ENDS),
        as_of=datetime.date(year, *PERIOD_ENDS),
        opens_on=days.opens_on,
        due_before=days.due_before,
        user=user,
        is_sample=True,
    )
    if year == OPEN:
        round_.history.update(
            history_change_reason="Số liệu minh hoạ: hạn nộp đặt theo ngày tạo, để luôn còn ngày."
        )
    return round_


class _RoundMaker:
    """One year of one province, filled in bulk: values, their changes and the reports."""

    def __init__(
        self,
        province: Province,
        round_: ReportingRound,
        people: Mapping[str, User],
        indicators: list[Indicator],
        today: datetime.date,
    ):
        self.province, self.round, self.people = province, round_, people
        self.year, self.today = round_.year, today
        self.indicators: dict[str, list[Indicator]] = defaultdict(list)
        for indicator in indicators:
            self.indicators[indicator.kind].append(indicator)
        self.lines = [
            Line(*row)
            for row in round_.lines.order_by("pk").values_list(
                *("pk", "kind", "tier", "district__code", "reporting_unit__code"),
                *("institution__code", "institution__name"),
            )
        ]
        self.reports = {
            report.reporting_unit.code: report
            for report in round_.reports.select_related("reporting_unit", "round__territory")
        }
        self.status = {code: self._status(code) for code in self.reports}
        self.timing = {code: self._timing(code) for code in self.reports}

    def make(self) -> None:
        cells = self._cells()
        self._write_values(cells)
        self._write_changes(self._write_imports(cells))
        self._write_reports(cells)
        self._explain_and_receipt()
        if self.year != OPEN:
            self._close()

    # Who reported, and when

    def _status(self, unit: str) -> str:
        """Status of a unit's report, "" if it was never begun."""
        if self.year == OPEN:
            return self.province.open_reports.get(unit, Status.APPROVED)
        never = self.province.never.get(self.year, ())
        return "" if unit in never else Status.APPROVED

    def _timing(self, unit: str) -> Timing:
        """In time before the due day, unless the unit was late; the baseline takes its time."""
        words = (unit, self.year)
        due = self.round.due_before or self.round.opens_on + datetime.timedelta(days=60)
        if self.year == OPEN:
            sent = self.today - datetime.timedelta(days=between(4, 20, "sent", *words))
        elif unit in self.province.late.get(self.year, ()):
            sent = due + datetime.timedelta(days=between(2, 9, "late", *words))
        else:
            sent = due - datetime.timedelta(days=between(3, 25, "sent", *words))
        return Timing(
            started=_at(sent - datetime.timedelta(days=2), 9, *words),
            sent=_at(sent, 15, *words),
            decided=_at(sent + datetime.timedelta(days=between(1, 3, "decided", *words)), 10, unit),
        )

    # What each institution answered

    def _cells(self) -> dict[tuple[int, int], tuple[Line, Indicator, Cell]]:
        """Every filled cell by (line, indicator)."""
        aside = self._aside()
        yes = self._who_says_yes(aside)
        cells = {}
        for line in self.lines:
            unit = line.unit
            if not self.status[unit] or aside.get(line.pk) == _NOT_REPORTED:
                continue
            is_draft = self.status[unit] == Status.DRAFT
            if is_draft and chance("draft", line.code) >= _FILLED:
                continue
            for indicator in self.indicators[line.kind]:
                if line.pk in aside:
                    cell = Cell(State.NOT_APPLICABLE, na_reason=aside[line.pk])
                elif indicator.is_growth:
                    cell = Cell(State.COUNT, count=self._visits(line))
                else:
                    cell = Cell(State.YES if (line.pk, indicator.code) in yes else State.NO)
                cells[line.pk, indicator.pk] = (line, indicator, cell)
        return cells

    def _aside(self) -> dict[int, str]:
        """Lines that do not apply, with the reason, and those without an answer."""
        aside: dict[int, str] = {}
        for line in self.lines:
            if self.year == OPEN and line.code in self.province.under_repair_now:
                aside[line.pk] = NotApplicableReason.UNDER_REPAIR
        for group, number in self.province.not_applicable.items():
            reason = (
                NotApplicableReason.UNDER_REPAIR
                if group[0] == Kind.LIBRARY
                else NotApplicableReason.SUSPENDED
            )
            for line in self._some(group, number, "not applicable"):
                aside.setdefault(line.pk, reason)
        for group, number in self.province.gaps.items():
            for line in self._some(group, number, "gap", self.year):
                aside.setdefault(line.pk, _NOT_REPORTED)
        return aside

    def _some(self, group: tuple[str, str], number: int, *words: object) -> list[Line]:
        """So many lines of a kind and tier whose unit's report counts, by chance."""
        lines = [
            line
            for line in self.lines
            if (line.kind, line.tier) == group and self.status[line.unit] == Status.APPROVED
        ]
        return sorted(lines, key=lambda line: chance(*words, line.code))[:number]

    def _who_says_yes(self, aside: Mapping[int, str]) -> set[tuple[int, str]]:
        """(line, indicator) of every yes: the strongest of each group, as many as the group says.

        The number is of reports that count; the same threshold then applies to the others.
        """
        by_place: dict[tuple[str, str], list[Line]] = defaultdict(list)
        for line in self.lines:
            if line.pk not in aside and self.status[line.unit]:
                by_place[line.kind, line.tier].append(line)
        kinds = {i.code: kind for kind, asked in self.indicators.items() for i in asked}
        found: set[tuple[int, str]] = set()
        for group in self.province.groups:
            lines = [
                line
                for tier in group.tiers
                for line in by_place.get((kinds[group.indicator], tier), ())
            ]
            score = {line.pk: self._score(line, group.indicator) for line in lines}
            counted = sorted(
                (score[line.pk] for line in lines if self.status[line.unit] == Status.APPROVED),
                reverse=True,
            )
            if self.year == OPEN and not group.share:
                number = group.now
            else:
                percent = group.now if self.year == OPEN else group.earlier[self.year - BASELINE]
                number = (percent * len(counted) + 50) // 100
            if not counted:
                # Nobody's report counts yet: those on the way say what the group is to reach.
                found |= {(line.pk, group.indicator) for line in lines if number}
            elif number:
                least = counted[min(number, len(counted)) - 1]
                found |= {(pk, group.indicator) for pk, value in score.items() if value >= least}
        return found | self._still_yes() if self.year == OPEN else found

    def _still_yes(self) -> set[tuple[int, str]]:
        """(line, indicator) of what units said in the year before that take no yes back."""
        said = IndicatorValue.objects.filter(
            line__round__territory=self.round.territory_id,
            line__round__year=self.year - 1,
            line__reporting_unit__code__in=self.province.steady,
            state=State.YES,
        )
        lines = {line.code: line.pk for line in self.lines}
        return {
            (lines[code], indicator)
            for code, indicator in said.values_list("line__institution__code", "indicator__code")
            if code in lines
        }

    def _score(self, line: Line, indicator: str) -> float:
        """How early this institution says yes: its district's strength and its own luck."""
        strength = self.province.strength.get(line.district, 0.5)
        weight = 0.95 if line.tier == Tier.DISTRICT else 0.4
        luck = chance("yes", indicator, line.code)
        return weight * strength + (1 - weight) * luck

    def _visits(self, line: Line) -> int:
        if line.kind == Kind.MUSEUM:
            return self.province.museum_visits[self.year - BASELINE]
        code = line.code
        if line.tier == Tier.PROVINCE:
            visits = float(self.province.provincial_visits)
        else:
            visits = float(between(*_VISITS[line.tier], "visits", code))
        for rise, year in zip(self.province.visits_rise, YEARS[1:], strict=True):
            if year <= self.year:
                visits *= 1 + (rise + 4 * chance("rise", code, year) - 2) / 100
        return round(visits)

    # Writing it down

    def _write_values(self, cells) -> None:
        """One row per filled cell; where the report is approved, the approved side as well."""
        to_correct = self._to_correct(cells)
        rows = []
        for (line_pk, indicator_pk), (line, _indicator, cell) in cells.items():
            unit = line.unit
            approved = cell if self.status[unit] == Status.APPROVED else Cell(State.BLANK)
            message = to_correct.get((line_pk, indicator_pk), "")
            shows_evidence = self.year == OPEN and cell.state == State.YES
            rows.append(
                {
                    "line": line_pk,
                    "indicator": indicator_pk,
                    "state": str(cell.state),
                    "count": cell.count,
                    "na_reason": str(cell.na_reason),
                    "note": "",
                    "evidence": _EVIDENCE[line.kind] if shows_evidence else "",
                    "explanation": "",
                    "version": 1,
                    "is_returned": bool(message),
                    "return_message": message,
                    "approved_state": str(approved.state),
                    "approved_count": approved.count,
                    "approved_na_reason": str(approved.na_reason),
                }
            )
        if rows:
            insert(IndicatorValue, tuple(rows[0]), [tuple(row.values()) for row in rows])

    def _to_correct(self, cells) -> dict[tuple[int, int], str]:
        """Of each returned report the first three cells that say yes, with what to correct."""
        chosen: dict[tuple[int, int], str] = {}
        left: dict[str, int] = defaultdict(lambda: 3)
        for key, (line, _indicator, cell) in cells.items():
            unit = line.unit
            if self.status[unit] == Status.RETURNED and cell.state == State.YES and left[unit]:
                left[unit] -= 1
                chosen[key] = "Chưa thấy minh chứng của kỳ này; đề nghị bổ sung hoặc ghi lại."
        return chosen

    def _write_imports(self, cells) -> dict[str, ImportBatch]:
        """The files from which some units' figures of the open year came, by unit."""
        batches = {}
        for unit in self.province.imported if self.year == OPEN else ():
            rows = defaultdict(dict)
            for line, indicator, cell in cells.values():
                if line.unit == unit:
                    rows[line.code, line.name][indicator.code] = cell
            content = _as_csv(rows)
            batch = ImportBatch(
                territory=self.round.territory,
                report=self.reports[unit],
                name=f"so-lieu-{unit}-{self.year}.csv",
                sha256=hashlib.sha256(content).hexdigest(),
                status=ImportBatch.Status.APPLIED,
                uploaded_by=self.people[unit],
                applied_at=self.timing[unit].started,
                applied_by=self.people[unit],
                rows=len(rows),
                new=len(rows),
            )
            batch.file.save(batch.name, ContentFile(content), save=True)
            ImportBatch.objects.filter(pk=batch.pk).update(uploaded_at=self.timing[unit].started)
            batches[unit] = batch
        return batches

    def _write_changes(self, batches: Mapping[str, ImportBatch]) -> None:
        """As for real figures: entered or imported, and approved where they are."""
        if connection.vendor == "postgresql":
            # Nothing has counted the new rows yet: each statement below would walk all of them.
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE reports_roundline, reports_indicatorvalue")
        for unit, report in self.reports.items():
            batch, timing = batches.get(unit), self.timing[unit]
            _record(
                report,
                action=Change.Action.IMPORTED if batch else Change.Action.ENTERED,
                at=timing.started,
                by=self.people[unit],
                batch=batch,
            )
        for unit, report in self.reports.items():
            if self.status[unit] == Status.APPROVED:
                _record(
                    report,
                    action=Change.Action.APPROVED,
                    at=self.timing[unit].decided,
                    by=self.people["department"],
                )

    def _write_reports(self, cells) -> None:
        busy = {line.unit for line, _indicator, _cell in cells.values()}
        for unit, report in self.reports.items():
            status, timing = self.status[unit], self.timing[unit]
            if not status or (status == Status.DRAFT and unit not in busy):
                continue
            report.status = status
            report.started_at = timing.started
            if status != Status.DRAFT:
                report.submitted_at = report.first_submitted_at = timing.sent
                report.submitted_by = self.people[unit]
                report.documents_issued = f"Kế hoạch triển khai năm {self.year} của đơn vị."
                report.communication = "Đăng tin trên hệ thống loa truyền thanh và trang thông tin."
                report.difficulties = "Kinh phí và nhân lực chuyên trách còn hạn chế."
                report.budget = between(20, 400, "budget", unit, self.year)
                report.mobilised = between(0, 80, "mobilised", unit, self.year)
            if status == Status.APPROVED:
                report.approved_at, report.approved_by = timing.decided, self.people["department"]
            if status == Status.RETURNED:
                report.returned_at, report.returned_by = timing.decided, self.people["department"]
                report.return_message = "Đề nghị bổ sung minh chứng ở các ô được đánh dấu."
            report._history_date = timing.started if status == Status.DRAFT else timing.decided
            report._history_user = self.people["department"]
            report.save()

    def _explain_and_receipt(self) -> None:
        """What submitting asks for: a word on all that the checks notice, and a receipt."""
        for unit, report in self.reports.items():
            if self.status[unit] in ("", Status.DRAFT):
                continue
            by, at = self.people[unit], self.timing[unit].sent
            noticed = [finding for finding in findings_of(report) if not finding.is_fatal]
            notes = CheckNote.objects.bulk_create(
                CheckNote(
                    report=report, check_code=finding.code, subject=finding.subject,
                    seen=finding.seen, text=_WHY[finding.code], by=by, at=at,
                )
                for finding in noticed
                if finding.line_id is None
            )  # fmt: skip
            CheckNote.history.bulk_history_create(notes, default_user=by, default_date=at)
            explained = []
            for finding in noticed:
                if finding.line_id is not None:
                    value = IndicatorValue.objects.get(
                        line=finding.line_id, indicator=finding.indicator
                    )
                    value.explanation, value.explained = _WHY[finding.code], finding.seen
                    value.save(update_fields=["explanation", "explained"])
                    explained.append((value.pk, finding.now, finding.now, value.explanation))
            insert_changes(explained, at=at, by=by, action=Change.Action.EXPLAINED)
            issue(report, by, at)

    def _close(self) -> None:
        """Close as of the time, not of today; everything was decided before."""
        decided = max(self.timing[u].decided for u, status in self.status.items() if status)
        self.round.closed_at = decided + datetime.timedelta(days=3)
        self.round.closed_by = self.people["department"]
        self.round._history_date = self.round.closed_at
        self.round._history_user = self.people["department"]
        self.round.save()


# One change per value of a report, as the value stands, from blank.
_RECORD = """
    INSERT INTO reports_change (
        value_id, action, at, by_id, import_batch_id, reason,
        before_state, before_na_reason, before_count,
        after_state, after_na_reason, after_count
    )
    SELECT v.id, %s, %s, %s, %s, '', 'blank', '', NULL, v.state, v.na_reason, v.count
    FROM reports_indicatorvalue v
    JOIN reports_roundline l ON l.id = v.line_id
    WHERE l.round_id = %s AND l.reporting_unit_id = %s
    ORDER BY v.id
"""


def _record(
    report: Report,
    *,
    action: str,
    at: datetime.datetime,
    by: User,
    batch: ImportBatch | None = None,
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _RECORD,
            [
                str(action),
                connection.ops.adapt_datetimefield_value(at),
                by.pk,
                batch and batch.pk,
                report.round_id,
                report.reporting_unit_id,
            ],
        )


def _at(day: datetime.date, hour: int, *words: object) -> datetime.datetime:
    """A minute of that hour in Vietnam, never in the future."""
    time = datetime.time(hour, between(0, 59, "minute", *words))
    return min(timezone.make_aware(datetime.datetime.combine(day, time)), timezone.now())


def _as_csv(rows: Mapping) -> bytes:
    """The canonical file (design section 8) from which those figures could have come."""
    columns = sorted({code for cells in rows.values() for code in cells})
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["institution_code", "name", *columns, "note"])
    for institution, cells in rows.items():
        words = [_word(cells[code]) if code in cells else "" for code in columns]
        writer.writerow([*institution, *words, ""])
    return text.getvalue().encode("utf-8-sig")


def _word(cell: Cell) -> str:
    if cell.state == State.NOT_APPLICABLE:
        with translation.override("vi"):
            return f"Không áp dụng: {NotApplicableReason(cell.na_reason).label}"
    return {State.YES: "Có", State.NO: "Không"}.get(cell.state, str(cell.count))
