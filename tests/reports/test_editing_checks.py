"""The edit checks: each fires on what it is for and is quiet beside it; explanations; the gate."""

import datetime
import re

import pytest
from django.conf import settings
from django.utils import timezone, translation

from reports.models import Change, CheckNote, IndicatorValue, Report
from reports.rounds.checks import MAX_COUNT, MAX_NOTE, Cell, CellFault, Question
from reports.rounds.editing_checks.findings import (
    ExplanationRefused,
    WhyNot,
    explain,
    explain_all,
    findings_of,
)
from reports.rounds.editing_checks.rules import (
    BY_CODE,
    LEAST_ALIKE,
    LEAST_ALIKE_COUNTS,
    LEAST_DIFFERENCE,
    LEAST_REPEATED,
    RULES,
    Answer,
    Severity,
    find,
)
from reports.rounds.entry import Closed, EntryRefused
from reports.rounds.review import ReviewRefused, Why, return_report, submit
from tests import factories

VISITS = Question("library.visits_growth", "library", is_count=True)
DIGITAL = Question("library.digital", "library", is_count=False)


def count(now, before=None, **more) -> Answer:
    was = None if before is None else Cell("count", before)
    return Answer(1, "library", "district", VISITS, Cell("count", now), was, **more)


def said(now, before=None, **more) -> Answer:
    was = before and Cell(before)
    return Answer(1, "library", "district", DIGITAL, Cell(now), was, **more)


def many(n, answer) -> list[Answer]:
    return [
        Answer(line, answer.kind, answer.tier, answer.question, answer.now) for line in range(n)
    ]


# Code: (what fires it, what does not). A cell, or the cells of one tier × indicator.
CASES = {
    "count_below_zero": ([count(-1)], [count(0)]),
    "count_not_whole": ([count(12.5)], [count(12)]),
    "count_too_large": ([count(MAX_COUNT + 1)], [count(MAX_COUNT)]),
    "answer_misfit": (
        [
            Answer(1, "library", "district", VISITS, Cell("yes")),
            Answer(1, "library", "district", DIGITAL, Cell("count", 3)),
            Answer(1, "museum", "district", DIGITAL, Cell("yes")),
        ],
        [count(3), said("yes"), said("no"), said("blank", excused=True)],
    ),
    "reason_missing": (
        [
            Answer(1, "library", "district", DIGITAL, Cell("not_applicable")),
            Answer(1, "library", "district", DIGITAL, Cell("not_applicable", None, "other")),
        ],
        [
            Answer(1, "library", "district", DIGITAL, Cell("not_applicable", None, "suspended")),
            Answer(1, "library", "district", DIGITAL, Cell("not_applicable", None, "other", "Lũ")),
        ],
    ),
    "institution_not_open": (
        [count(7, stood=False), said("yes", stood=False), said("no", stood=False)],
        [
            said("blank", stood=False),
            count(7),
            Answer(
                1, "library", "district", DIGITAL, Cell("not_applicable", None, "suspended"),
                stood=False,
            ),
        ],
    ),
    "count_from_or_to_zero": (
        [count(0, LEAST_DIFFERENCE), count(LEAST_DIFFERENCE, 0)],
        [count(0, LEAST_DIFFERENCE - 1), count(5, 0), count(0, 0), count(0), count(60, 70)],
    ),
    "count_tenfold": (
        [count(1000, 100), count(100, 1000), count(60, 6), count(98765, 1234)],
        [count(999, 100), count(40, 4), count(1000, 0), count(1000), count(0, 1000)],
    ),
    "count_changed_by_half": (
        [count(151, 100), count(49, 100), count(5000, 1000)],
        # Half exactly, a difference of nothing much, tenfold, no figure of last year.
        [count(150, 100), count(50, 100), count(5, 3), count(79, 30), count(1000, 100), count(9)],
    ),
    "count_as_last_year": (
        [count(LEAST_REPEATED, LEAST_REPEATED), count(1250, 1250)],
        [count(0, 0), count(LEAST_REPEATED - 1, LEAST_REPEATED - 1), count(1251, 1250)],
    ),
    "yes_turned_to_no": (
        [said("no", "yes")],
        [said("no", "no"), said("yes", "no"), said("no"), said("no", "not_applicable")],
    ),
    "all_alike": (
        [
            many(LEAST_ALIKE, said("yes")),
            many(LEAST_ALIKE, said("no")),
            many(LEAST_ALIKE_COUNTS, count(100)),
            # What is blank or not applicable is no answer.
            [*many(LEAST_ALIKE, said("yes")), said("blank"), said("blank")],
        ],
        [
            many(LEAST_ALIKE - 1, said("yes")),
            many(LEAST_ALIKE_COUNTS - 1, count(100)),
            [*many(LEAST_ALIKE, said("yes")), said("no")],
            many(LEAST_ALIKE, said("blank", excused=True)),
        ],
    ),
    "missing": (
        [said("blank"), [said("yes"), said("blank")]],
        [said("blank", excused=True), said("blank", stood=False), said("no"), count(0)],
    ),
}  # fmt: skip


def fired(given: Answer | list[Answer]) -> set[str]:
    return {hit.rule.code for hit in find(given if isinstance(given, list) else [given])}


@pytest.mark.parametrize(
    ("code", "given"), [(code, case) for code, (yes, _no) in CASES.items() for case in yes]
)
def test_check_fires(code, given):
    assert code in fired(given)


@pytest.mark.parametrize(
    ("code", "given"), [(code, case) for code, (_yes, no) in CASES.items() for case in no]
)
def test_check_is_quiet(code, given):
    assert code not in fired(given)


def test_every_check_has_a_case_that_fires_it_and_one_that_does_not():
    assert set(CASES) == set(BY_CODE)
    assert len(BY_CODE) == len(RULES)
    assert all(fires and quiet for fires, quiet in CASES.values())


def test_every_fault_of_a_cell_is_a_fatal_check():
    wrong = {
        CellFault.NOT_YES_NO: Cell("count", 3), CellFault.NOT_COUNT: Cell("yes"),
        CellFault.BELOW_ZERO: Cell("count", -3), CellFault.TOO_LARGE: Cell("count", 10**13),
        CellFault.REASON_MISSING: Cell("not_applicable"),
        CellFault.OTHER_NEEDS_NOTE: Cell("not_applicable", None, "other"),
        CellFault.NOT_FOR_KIND: Cell("yes"),
    }  # fmt: skip
    assert set(wrong) == set(CellFault)
    for fault, cell in wrong.items():
        kind = "museum" if fault is CellFault.NOT_FOR_KIND else "library"
        question = DIGITAL if fault is not CellFault.NOT_COUNT and cell.count != -3 else VISITS
        hits = find([Answer(1, kind, "district", question, cell)])
        assert {hit.rule.severity for hit in hits} == {Severity.FATAL}, fault


@pytest.mark.parametrize("answer", [count(0, 90), count(9000, 90), count(200, 90), count(90, 90)])
def test_one_figure_is_asked_about_once(answer):
    assert len(fired(answer)) == 1


def test_wrong_figure_is_not_to_be_explained_as_well():
    assert fired(count(200, 90, stood=False)) == {"institution_not_open"}


def test_groups_are_of_one_tier_and_one_question():
    here = [said("blank"), Answer(2, "library", "commune", DIGITAL, Cell())]

    assert [len(hit.answers) for hit in find(here)] == [1, 1]


def test_every_check_says_what_it_is_and_what_to_do_in_both_languages():
    for rule in RULES:
        for words in (rule.vi, rule.en):
            assert words.title
            assert [text[-1] for text in (words.says, words.todo)] == [".", "."]
            assert set(re.findall(r"{(\w+)}", words.says)) <= {"year", "n"}
        assert rule.vi.says != rule.en.says


def test_documentation_lists_the_checks_as_they_are():
    text = (settings.BASE_DIR / "docs" / "edit-checks.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    rows = [row for row in rows if len(row) == 5]
    severity = {Severity.FATAL: "phải sửa", Severity.EXPLAIN: "giải trình"}
    assert rows == [
        [f"`{rule.code}`", severity[rule.severity], rule.vi.says, rule.en.says, rule.vi.todo]
        for rule in RULES
    ]
    for name in ("HALF", "TENFOLD", "LEAST_DIFFERENCE", "LEAST_REPEATED", "LEAST_ALIKE"):
        assert f"`{name}`" in text


# Findings of a report -----------------------------------------------------------------------


@pytest.fixture
def last_year(open_round):
    """The closed round of 2024, with the roster of 2025."""
    earlier = factories.ReportingRoundFactory(territory=open_round.territory, year=2024)
    for line in open_round.lines.all():
        factories.RoundLineFactory(
            round=earlier, institution=line.institution, tier=line.tier,
            reporting_unit=line.reporting_unit,
        )  # fmt: skip
    for report in open_round.reports.all():
        factories.ReportFactory(
            round=earlier, reporting_unit=report.reporting_unit, status="approved"
        )
    return earlier


@pytest.fixture
def full(report, answer) -> Report:
    """The report of district 981 with an answer in every cell, all of them different enough."""
    for n, line in enumerate(report.round.lines.filter(reporting_unit=report.reporting_unit)):
        for code in {
            "library": ("library.lifelong_services", "library.digital", "library.visits_growth"),
            "culture_centre": ("culture.creative_activities", "culture.clubs"),
        }[line.kind]:
            value = 100 + n if code.endswith("growth") else "yes"
            answer(report.round, line.institution.code, code, value, approved=False)
    return report


def keys(report: Report) -> set[str]:
    return {finding.key for finding in findings_of(report)}


def of(report: Report, code: str):
    """The only finding of a check."""
    (found,) = [finding for finding in findings_of(report) if finding.code == code]
    return found


def test_full_report_without_a_past_has_no_findings(full):
    assert keys(full) == set()


def test_figure_is_compared_with_the_approved_one_of_the_earlier_round(full, last_year, answer):
    answer(last_year, "98-TV-981", "library.visits_growth", 1000)

    found = of(full, "count_changed_by_half")

    assert (found.now.count < 200, found.before.count, found.year) == (True, 1000, 2024)
    assert found.lines == (found.line_id,)
    with translation.override("vi"):
        assert found.message == "Thay đổi trên 50% so với năm 2024."
    with translation.override("en"):
        assert found.message == "Changed by more than 50% against 2024."


def test_figure_that_never_was_approved_is_no_base(full, last_year, answer):
    answer(last_year, "98-TV-981", "library.visits_growth", 1000, approved=False)

    assert keys(full) == set()


def test_figure_of_the_former_territory_is_the_base(full, other_territory, answer):
    """An institution keeps its past when the map changes under it."""
    before = factories.ReportingRoundFactory(territory=other_territory, year=2024)
    line = full.round.lines.get(institution__code="98-TV-981")
    factories.RoundLineFactory(round=before, institution=line.institution)
    answer(before, "98-TV-981", "library.digital", "yes")
    answer(full.round, "98-TV-981", "library.digital", "no", approved=False)

    assert keys(full) == {f"yes_turned_to_no:{line.pk}:library.digital"}


def test_missing_cells_are_one_finding_per_tier_and_question(full, answer):
    for code in ("98-VH-98102", "98-VH-98103"):
        answer(full.round, code, "culture.clubs", "blank", approved=False)
    answer(full.round, "98-VH-981", "culture.clubs", "blank", approved=False)

    found = {finding.key: len(finding.lines) for finding in findings_of(full)}

    assert found == {"missing:commune:culture.clubs": 2, "missing:district:culture.clubs": 1}


@pytest.mark.parametrize(
    ("dates", "code", "is_fatal"),
    [
        ({"closed_on": datetime.date(2024, 7, 1)}, "library.visits_growth", True),
        ({"closed_on": datetime.date(2024, 7, 2)}, "library.visits_growth", False),
        ({"opened_on": datetime.date(2025, 7, 1)}, "library.visits_growth", True),
        ({"opened_on": datetime.date(2025, 6, 30)}, "library.visits_growth", False),
        # What holds on the last day only: closed within the period is closed.
        ({"closed_on": datetime.date(2025, 6, 30)}, "library.digital", True),
        ({"closed_on": datetime.date(2025, 7, 1)}, "library.digital", False),
    ],
)
def test_value_of_an_institution_that_was_not_open_is_fatal(
    full, institutions, dates, code, is_fatal
):
    institution = institutions["98-TV-981"]
    for name, day in dates.items():
        setattr(institution, name, day)
    institution.save()

    fatal = {finding.indicator_code for finding in findings_of(full).fatal}

    assert (code in fatal) is is_fatal


def test_findings_may_be_asked_for_some_lines(full, last_year, answer):
    for code in ("98-TV-981", "98-TV-98102"):
        answer(last_year, code, "library.visits_growth", 1000)
    line = full.round.lines.get(institution__code="98-TV-98102")

    assert [finding.line_id for finding in findings_of(full, [line.pk])] == [line.pk]


@pytest.mark.parametrize("n", [3, 300])
def test_findings_take_a_fixed_number_of_queries(
    report, indicators, last_year, django_assert_num_queries, n
):
    for _each in range(n):
        institution = factories.InstitutionFactory()
        for round_ in (report.round, last_year):
            line = factories.RoundLineFactory(
                round=round_, institution=institution, reporting_unit=report.reporting_unit
            )
        factories.IndicatorValueFactory(
            line=line, indicator=indicators["library.digital"], approved_state="yes"
        )
    IndicatorValue.objects.bulk_create(
        IndicatorValue(line=line, indicator=indicators["library.digital"], state="no")
        for line in report.round.lines.filter(
            tier="district", reporting_unit=report.reporting_unit, kind="library"
        )
    )

    # lines, indicators, values, year before, its values, notes, notes of the year before
    with django_assert_num_queries(7):
        found = findings_of(report)

    assert sum(finding.code == "yes_turned_to_no" for finding in found) == n


# Explaining ---------------------------------------------------------------------------------


@pytest.fixture
def dropped(full, last_year, answer) -> Report:
    """A library of the full report had ten times the visits last year."""
    answer(last_year, "98-TV-981", "library.visits_growth", 5000)
    return full


def test_explanation_stays_with_the_figure(dropped, reporter):
    finding = of(dropped, "count_tenfold")

    kept = explain(dropped, finding.key, "  Sửa nhà, đóng cửa 10 tháng. ", reporter)

    value = IndicatorValue.objects.get(
        line=finding.line_id, indicator__code="library.visits_growth"
    )
    assert (kept.is_open, kept.explanation) == (False, "Sửa nhà, đóng cửa 10 tháng.")
    assert (value.explanation, value.explained) == (kept.explanation, f"count:{value.count}")


def test_explanation_is_void_when_the_answer_changes(dropped, reporter, answer):
    explain(dropped, of(dropped, "count_tenfold").key, "Sửa nhà, đóng cửa.", reporter)

    answer(dropped.round, "98-TV-981", "library.visits_growth", 77, approved=False)

    assert of(dropped, "count_tenfold").is_open


def test_one_explanation_covers_what_is_missing_on_a_tier(report, reporter):
    group = next(f for f in findings_of(report) if f.key == "missing:commune:culture.clubs")

    kept = explain(report, group.key, "Chưa thống kê xong.", reporter)

    note = CheckNote.objects.get()
    assert not kept.is_open
    assert (note.subject, note.seen, note.by) == ("commune:culture.clubs", "2", reporter)


def test_note_on_what_is_missing_covers_what_is_left_of_it(report, reporter, answer):
    explain(report, "missing:commune:culture.clubs", "Chưa thống kê xong.", reporter)

    answer(report.round, "98-VH-98102", "culture.clubs", "yes", approved=False)

    assert not findings_of(report).get("missing:commune:culture.clubs").is_open


def test_note_on_what_is_missing_does_not_cover_more(full, reporter, answer):
    answer(full.round, "98-VH-98102", "culture.clubs", "blank", approved=False)
    explain(full, "missing:commune:culture.clubs", "Chưa thống kê xong.", reporter)

    answer(full.round, "98-VH-98103", "culture.clubs", "blank", approved=False)

    assert of(full, "missing").is_open


def test_single_blank_cell_can_be_explained(report, reporter):
    line = report.round.lines.get(institution__code="98-VH-98102")

    explain(report, f"missing:{line.pk}:culture.clubs", "Nhà văn hoá bị lũ cuốn.", reporter)

    group = findings_of(report).get("missing:commune:culture.clubs")
    value = IndicatorValue.objects.get()
    assert (line.pk in group.lines, len(group.lines)) == (False, 1)
    assert (value.line, value.state, value.explained, value.version) == (line, "blank", "blank", 0)


@pytest.mark.parametrize(
    ("key", "text", "seen", "why"),
    [
        ("{tenfold}", "ok", None, WhyNot.TOO_SHORT),
        ("{tenfold}", " . 12345 . ", None, WhyNot.TOO_SHORT),
        ("{tenfold}", "a" * (MAX_NOTE + 1), None, WhyNot.TOO_LONG),
        ("{tenfold}", "Đóng cửa sửa nhà", "count:99", WhyNot.CHANGED),
        ("count_tenfold:999999:library.visits_growth", "Đóng cửa", None, WhyNot.GONE),
        ("missing:999999:library.digital", "Đóng cửa", None, WhyNot.GONE),
        ("missing:commune:library.digital", "Đóng cửa", None, WhyNot.GONE),
        ("nonsense", "Đóng cửa", None, WhyNot.GONE),
    ],
)
def test_explanation_is_refused(dropped, reporter, key, text, seen, why):
    key = key.format(tenfold=of(dropped, "count_tenfold").key)

    with pytest.raises(ExplanationRefused) as refused:
        explain(dropped, key, text, reporter, seen=seen)

    assert refused.value.why is why
    assert not IndicatorValue.objects.exclude(explanation="").exists()


def test_fatal_finding_cannot_be_explained_away(full, institutions, reporter):
    institutions["98-TV-981"].closed_on = datetime.date(2020, 1, 1)
    institutions["98-TV-981"].save()
    key = findings_of(full).fatal[0].key

    with pytest.raises(ExplanationRefused) as refused:
        explain(full, key, "Vẫn hoạt động bình thường.", reporter)

    assert refused.value.why is WhyNot.FATAL


def test_refused_explanation_leaves_the_others_alone(report, reporter):
    given = {
        "missing:commune:culture.clubs": ("Chưa thống kê xong.", None),
        "missing:village:culture.clubs": ("x", None),
    }

    refused = explain_all(report, given, reporter)

    assert set(refused) == {"missing:village:culture.clubs"}
    assert CheckNote.objects.get().subject == "commune:culture.clubs"


@pytest.mark.parametrize("status", ["submitted", "approved"])
def test_nothing_is_explained_after_submission(report, reporter, staff, status):
    Report.objects.filter(pk=report.pk).update(
        status=status, submitted_at="2025-11-01T00:00Z", approved_at="2025-11-01T00:00Z"
    )

    for user in (reporter, staff):
        with pytest.raises(EntryRefused) as refused:
            explain(report, "missing:commune:culture.clubs", "Chưa thống kê xong.", user)
        assert refused.value.why in (Closed.SUBMITTED, Closed.APPROVED)
    assert not CheckNote.objects.exists()


def test_explanation_that_is_replaced_stays_readable_with_who_and_when(
    dropped, reporter, staff, as_reporter
):
    key = of(dropped, "count_tenfold").key
    for user, text in ((reporter, "Sửa nhà, đóng cửa."), (staff, "Đóng cửa 10 tháng.")):
        explain(dropped, key, text, user)
    # The same words once more are no change.
    explain(dropped, key, "Đóng cửa 10 tháng.", staff)

    kept = Change.objects.filter(action=Change.Action.EXPLAINED)
    assert [(c.by, c.reason, c.before_count == c.after_count) for c in kept] == [
        (reporter, "Sửa nhà, đóng cửa.", True),
        (staff, "Đóng cửa 10 tháng.", True),
    ]
    page = as_reporter.get(dropped.get_absolute_url()).content.decode()
    assert page.count("Sửa nhà, đóng cửa.") == 1


def test_explanation_of_a_group_that_is_replaced_stays_readable(
    report, reporter, staff, as_reporter
):
    key = "missing:commune:culture.clubs"
    explain(report, key, "Chưa thống kê xong.", reporter)
    explain(report, key, "Xã chưa gửi số liệu.", staff)

    kept = CheckNote.history.order_by("history_id")
    assert [(one.history_user, one.text, one.history_type) for one in kept] == [
        (reporter, "Chưa thống kê xong.", "+"),
        (staff, "Xã chưa gửi số liệu.", "~"),
    ]
    page = as_reporter.get(report.get_absolute_url()).content.decode()
    assert page.count("Chưa thống kê xong.") == page.count("Xã chưa gửi số liệu.") == 1


@pytest.mark.parametrize("n", [2, 12])
def test_explaining_takes_a_fixed_number_of_queries(report, reporter, django_assert_num_queries, n):
    given = {f.key: ("Chưa thống kê xong.", f.seen) for f in list(findings_of(report))[:n]}

    # savepoint 2, report, round, rights 3, findings 7, notes before and after and their history,
    # begun and its history
    with django_assert_num_queries(20):
        explain_all(report, given, reporter)

    assert CheckNote.objects.count() == len(given)


def test_explanation_of_last_year_is_offered_and_not_taken_over(full, last_year, reporter, answer):
    before = answer(last_year, "98-TV-981", "library.visits_growth", 5000)
    IndicatorValue.objects.filter(pk=before.pk).update(
        explanation="Có hội sách.", explained="count:5000"
    )

    found = of(full, "count_tenfold")

    assert (found.suggestion, found.explanation, found.is_open) == ("Có hội sách.", "", True)


def test_note_of_last_year_is_offered(report, last_year, reporter):
    CheckNote.objects.create(
        report=last_year.reports.get(reporting_unit=report.reporting_unit), check_code="missing",
        subject="commune:culture.clubs", seen="9", text="Xã chưa báo cáo.", at=timezone.now(),
    )  # fmt: skip

    found = findings_of(report).get("missing:commune:culture.clubs")

    assert (found.suggestion, found.is_open) == ("Xã chưa báo cáo.", True)


# The gate -----------------------------------------------------------------------------------


def test_report_without_findings_is_submitted(full, reporter):
    assert submit(full, reporter).status == "submitted"


def test_report_with_something_to_explain_is_not_submitted(dropped, reporter):
    with pytest.raises(ReviewRefused) as refused:
        submit(dropped, reporter)

    dropped.refresh_from_db()
    assert (refused.value.why, dropped.status) == (Why.TO_EXPLAIN, "draft")
    assert not dropped.receipts.exists()


def test_explained_report_is_submitted(dropped, reporter, explain_findings):
    explain_findings(dropped, reporter)

    assert submit(dropped, reporter).status == "submitted"


def test_report_with_an_error_is_not_submitted(full, institutions, staff, explain_findings):
    institutions["98-TV-981"].closed_on = datetime.date(2020, 1, 1)
    institutions["98-TV-981"].save()
    explain_findings(full, staff)

    with pytest.raises(ReviewRefused) as refused:
        submit(full, staff)

    assert refused.value.why is Why.TO_CORRECT


def test_returned_report_is_checked_again(full, last_year, reporter, staff, answer):
    submit(full, reporter)
    value = IndicatorValue.objects.get(
        line__round=full.round, line__institution__code="98-TV-981",
        indicator__code="library.digital",
    )  # fmt: skip
    return_report(full, staff, "", {value.pk: "Xem lại"})
    answer(last_year, "98-TV-981", "library.digital", "yes")
    answer(full.round, "98-TV-981", "library.digital", "no", approved=False)

    with pytest.raises(ReviewRefused):
        submit(full, reporter)

    explain(full, of(full, "yes_turned_to_no").key, "Máy chủ hỏng từ tháng 3.", reporter)
    assert submit(full, reporter).status == "submitted"


def test_explanation_of_a_cell_that_was_not_returned_stays_as_it_was_sent(
    full, last_year, reporter, staff, answer
):
    answer(last_year, "98-TV-981", "library.digital", "yes")
    answer(full.round, "98-TV-981", "library.digital", "no", approved=False)
    key = of(full, "yes_turned_to_no").key
    explain(full, key, "Máy chủ hỏng từ tháng 3.", reporter)
    submit(full, reporter)
    values = IndicatorValue.objects.filter(line__round=full.round)
    explained = values.get(explanation__gt="")
    other = values.exclude(pk=explained.pk).filter(line__institution__code="98-TV-981").first()

    return_report(full, staff, "", {other.pk: "Xem lại"})
    full.refresh_from_db()
    with pytest.raises(ExplanationRefused) as refused:
        explain(full, key, "Nói khác đi sau khi gửi.", reporter)
    assert refused.value.why is WhyNot.NOT_RETURNED

    values.filter(pk=explained.pk).update(is_returned=True)
    assert explain(full, key, "Đã thuê máy chủ mới.", reporter).explanation


# The page -----------------------------------------------------------------------------------


def address(report: Report, rest: str = "check/") -> str:
    return f"/reporting/reports/{report.pk}/{rest}"


def test_page_shows_the_figures_and_the_way_to_the_cell(as_reporter, dropped):
    finding = of(dropped, "count_tenfold")

    page = as_reporter.get(address(dropped)).content.decode()

    assert "5.000" in page
    assert "Chênh từ 10 lần trở lên so với năm 2024." in page
    assert f"/grid/#cell-{finding.line_id}-library-visits_growth" in page


def test_returned_cells_are_named_before_the_report_is_sent_again(
    as_reporter, full, reporter, staff
):
    submit(full, reporter)
    value = IndicatorValue.objects.filter(line__round=full.round, state="yes").first()
    return_report(full, staff, "", {value.pk: "Xem lại"})

    check = as_reporter.get(address(full)).content.decode()
    own = as_reporter.get(address(full, "")).content.decode()

    assert "Sở đã trả lại 1 ô." in check
    assert f"{address(full, 'grid/')}?show=returned" in check
    assert f'action="{address(full, "submit/")}"' not in own
    assert f'href="{address(full)}"' in own


def test_several_explanations_are_saved_at_once(as_reporter, dropped, answer):
    answer(dropped.round, "98-VH-98103", "culture.clubs", "blank", approved=False)
    tenfold = of(dropped, "count_tenfold")

    response = as_reporter.post(
        address(dropped),
        {
            f"text-{tenfold.key}": "Đóng cửa sửa nhà.",
            f"seen-{tenfold.key}": tenfold.seen,
            "text-missing:commune:culture.clubs": "Xã chưa gửi số liệu.",
        },
    )

    assert response.url == address(dropped)
    assert findings_of(dropped).may_submit


def test_save_and_submit_is_one_click(as_reporter, dropped):
    key = of(dropped, "count_tenfold").key

    response = as_reporter.post(address(dropped), {f"text-{key}": "Sửa nhà.", "submit": "1"})

    dropped.refresh_from_db()
    assert (dropped.status, response.url) == ("submitted", address(dropped, "receipts/1/"))


def test_submitting_with_something_left_says_so_and_keeps_what_was_written(
    as_reporter, report, answer
):
    answer(report.round, "98-TV-981", "library.digital", "yes", approved=False)
    data = {"text-missing:commune:culture.clubs": "Xã chưa gửi.", "submit": "1"}

    response = as_reporter.post(address(report), data, follow=True)

    report.refresh_from_db()
    assert (response.redirect_chain[-1][0], report.status) == (address(report), "draft")
    assert "Còn số liệu phải giải trình" in response.content.decode()
    assert CheckNote.objects.get().text == "Xã chưa gửi."


def test_one_line_explains_all_that_a_tier_lacks(as_reporter, report):
    as_reporter.post(address(report), {"tier-commune": "Các xã chưa gửi số liệu."})

    notes = CheckNote.objects.values_list("subject", "text")
    assert {text for _subject, text in notes} == {"Các xã chưa gửi số liệu."}
    assert {subject for subject, _text in notes} == {
        f"commune:{code}"
        for code in (
            "library.lifelong_services", "library.digital", "library.visits_growth",
            "culture.creative_activities", "culture.clubs",
        )
    }  # fmt: skip


def test_own_words_go_before_those_of_the_tier(as_reporter, report):
    data = {"tier-commune": "Xã chưa gửi.", "text-missing:commune:culture.clubs": "Chưa kiểm kê."}

    as_reporter.post(address(report), data)

    assert CheckNote.objects.get(subject="commune:culture.clubs").text == "Chưa kiểm kê."


def test_last_years_words_are_taken_only_where_they_are_ticked(
    as_reporter, full, last_year, answer
):
    for code in ("98-TV-981", "98-TV-98102"):
        before = answer(last_year, code, "library.visits_growth", 5000)
        IndicatorValue.objects.filter(pk=before.pk).update(
            explanation="Có hội sách.", explained="count:5000"
        )
    first, second = [f.key for f in findings_of(full)]

    page = as_reporter.get(address(full)).content.decode()
    as_reporter.post(address(full), {f"reuse-{first}": "on"})

    assert page.count("Có hội sách.") == 2
    assert [findings_of(full).get(key).is_open for key in (first, second)] == [False, True]


def test_nothing_is_lost_when_an_explanation_is_refused(as_reporter, report):
    data = {
        "text-missing:commune:culture.clubs": "x",
        "text-missing:village:culture.clubs": "Thôn chưa gửi số liệu.",
        "text-count_tenfold:1:library.visits_growth": "Chữ viết cho số đã sửa.",
    }

    response = as_reporter.post(address(report), data)

    page = response.content.decode()
    assert response.status_code == 422
    assert ">\nx</textarea>" in page
    assert "Ghi lý do bằng vài từ." in page
    assert "Chữ viết cho số đã sửa." in page
    assert CheckNote.objects.get().text == "Thôn chưa gửi số liệu."


def test_page_shown_again_can_be_saved_as_it_is(as_reporter, dropped, answer):
    """One text stands for a whole tier; beside it a word too short for another finding."""
    for code in ("creative_activities", "clubs"):
        answer(dropped.round, "98-VH-98103", f"culture.{code}", "blank", approved=False)
    key = of(dropped, "count_tenfold").key
    refused = as_reporter.post(
        address(dropped), {f"text-{key}": "x", "tier-commune": "Xã chưa gửi số liệu."}
    )
    form = refused.context["form"]
    data = {name: form[name].value() or "" for name in form.fields}

    response = as_reporter.post(
        address(dropped), {**data, f"text-{key}": "Đóng cửa sửa nhà.", "submit": "1"}
    )

    dropped.refresh_from_db()
    assert (refused.status_code, response.status_code) == (422, 302)
    assert dropped.status == Report.Status.SUBMITTED


def test_explanation_for_a_figure_that_changed_meanwhile_is_shown_again(
    as_reporter, dropped, answer
):
    key, seen = of(dropped, "count_tenfold").key, of(dropped, "count_tenfold").seen
    answer(dropped.round, "98-TV-981", "library.visits_growth", 7, approved=False)
    data = {f"text-{key}": "Đóng cửa sửa nhà.", f"seen-{key}": seen}

    response = as_reporter.post(address(dropped), data)
    page = response.content.decode()

    assert response.status_code == 422
    assert "Đóng cửa sửa nhà.</textarea>" in page
    assert "Số liệu đã thay đổi" in page
    assert 'value="count:7"' in page
    assert of(dropped, "count_tenfold").is_open


def test_fatal_finding_leaves_no_button_to_submit(as_reporter, full, institutions):
    institutions["98-TV-981"].closed_on = datetime.date(2020, 1, 1)
    institutions["98-TV-981"].save()

    page = as_reporter.get(address(full)).content.decode()
    as_reporter.post(address(full), {"submit": "1"})
    as_reporter.post(address(full, "submit/"))

    full.refresh_from_db()
    assert 'name="submit"' not in page
    assert full.status == "draft"


@pytest.mark.parametrize("n", [3, 300])
def test_page_takes_a_fixed_number_of_queries(
    as_reporter, report, indicators, last_year, django_assert_num_queries, n
):
    for _each in range(n):
        institution = factories.InstitutionFactory()
        for round_, state in ((report.round, "no"), (last_year, "yes")):
            factories.IndicatorValueFactory(
                line=factories.RoundLineFactory(
                    round=round_, institution=institution, reporting_unit=report.reporting_unit
                ),
                indicator=indicators["library.digital"], state=state, approved_state=state,
            )  # fmt: skip

    # session, person, memberships, successions, former units 2, report, findings 7, rights of
    # the frame 0
    with django_assert_num_queries(14):
        page = as_reporter.get(address(report)).content.decode()

    assert page.count("năm 2024 là Có") + page.count("Năm 2024 là Có") == n


@pytest.mark.parametrize("status", ["submitted", "approved"])
def test_page_of_a_submitted_report_shows_the_explanations(
    as_staff, report, reporter, explain_findings, answer, status
):
    answer(report.round, "98-TV-981", "library.digital", "yes", approved=False)
    explain_findings(report, reporter)
    Report.objects.filter(pk=report.pk).update(
        status=status, submitted_at="2025-11-01T00:00Z", approved_at="2025-11-01T00:00Z"
    )

    page = as_staff.get(address(report)).content.decode()

    assert "Đã kiểm tra, đúng thực tế." in page
    assert "<textarea" not in page
    assert 'name="submit"' not in page
