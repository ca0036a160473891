"""check_data: each rule is found broken, and a sound database is said to be sound."""

import datetime
import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from institutions.models import AdministrativeUnit, Institution, Membership, Placement
from reports.breaches import CHECKS, find_breaches
from reports.models import (
    Change,
    IndicatorValue,
    Receipt,
    Report,
    ReportingRound,
    RoundLine,
)
from reports.rounds.checks import Cell
from reports.rounds.closing import close_round
from reports.rounds.entry import set_value
from reports.rounds.errata.services import correct
from reports.rounds.receipts import issue
from targets.models import Indicator, PlanVersion
from tests import factories

pytestmark = pytest.mark.django_db

REFORM = datetime.date(2025, 7, 1)


@pytest.fixture
def sound(open_round, plan, staff, reporter):
    """A whole territory with one answer, entered as everything is entered."""
    set_value(
        report=open_round.reports.get(reporting_unit__code="981"),
        line=open_round.lines.get(institution__code="98-TV-981"),
        indicator=plan.targets.get(position=1).indicator,
        cell=Cell("yes"),
        version=0,
        user=reporter,
    )
    return open_round


def overlap(sound):
    Placement.objects.filter(institution__code="98-TV-981").update(valid_to=REFORM)
    factories.PlacementFactory(
        institution=Institution.objects.get(code="98-TV-981"),
        reporting_unit=Report.objects.get(reporting_unit__code="981").reporting_unit,
        valid_from=REFORM - datetime.timedelta(days=1),
    )


def misplace(sound):
    foreign = factories.DistrictFactory(name="Huyện Xa")
    Placement.objects.filter(institution__code="98-TV-981").update(district=foreign)


def misplace_commune(sound):
    foreign = AdministrativeUnit.objects.get(code="98202")
    Placement.objects.filter(institution__code="98-TV-98102").update(commune=foreign)


def rename(sound):
    Institution.objects.filter(code="98-TV-981").update(name="Thư viện Đa Mai")


def take_a_word_of_the_site(sound):
    AdministrativeUnit.objects.filter(slug="hong-lam").update(slug="plans")


def go_in_a_circle(sound):
    one, other = Institution.objects.filter(kind="library")[:2]
    factories.ContinuationFactory(predecessor=one, successor=other)
    factories.ContinuationFactory(predecessor=other, successor=one)


def report_for_another_territory(sound):
    Membership.objects.filter(role="reporter").update(territory=factories.ProvinceFactory())


def leave_a_target_waiting(sound):
    factories.TargetFactory(version=PlanVersion.objects.get(), year=2029)


def move_a_quote(sound):
    target = PlanVersion.objects.get().targets.first()
    target.quote_start += 1
    target.save()


def decompose_the_text(sound):
    version = PlanVersion.objects.get()
    version.targets.all().delete()
    PlanVersion.objects.update(text="Phâ\u0301n đấu")


def shorten_the_text(sound):
    version = PlanVersion.objects.get()
    last = version.targets.last()
    version.targets.filter(pk=last.pk).update(sentence_end=len(version.text) + 1)


def carry_nowhere(sound):
    PlanVersion.objects.get().targets.filter(position=1).update(outcome="carried")


def ask_another_kind(sound):
    RoundLine.objects.filter(pk=IndicatorValue.objects.get().line_id).update(kind="museum")


def answer_by_a_count(sound):
    IndicatorValue.objects.update(state="count", count=5)
    _rewrite_history("after_state = 'count', after_count = 5")


def lose_a_report(sound):
    Report.objects.filter(reporting_unit__code="98-btt").delete()


def report_from_abroad(sound):
    unit = factories.ReportingUnitFactory(territory=factories.ProvinceFactory())
    factories.ReportFactory(round=sound, reporting_unit=unit)


def count_without_approval(sound):
    IndicatorValue.objects.update(approved_state="yes")
    _approve_in_history()


def differ_from_history(sound):
    IndicatorValue.objects.update(state="no")


def approve_without_history(sound):
    Report.objects.filter(reporting_unit__code="981").update(
        status="approved", approved_at="2025-11-20T00:00Z"
    )
    IndicatorValue.objects.update(approved_state="yes")


def change_after_closing(sound):
    ReportingRound.objects.update(closed_at=Change.objects.get().at - datetime.timedelta(days=1))


def correct_by_hand(before, after):
    """An erratum as the service never writes it, with the figure that it leaves behind."""
    value = IndicatorValue.objects.get()
    Change.objects.create(
        value=value,
        at=timezone.now(),
        action="erratum",
        before_state=before,
        after_state=after,
        reason="Nhầm",
    )
    IndicatorValue.objects.update(state=after, approved_state=after)


def correct_an_open_round(sound):
    correct_by_hand("blank", "no")


def begin_an_erratum_elsewhere(sound):
    ReportingRound.objects.update(closed_at=Change.objects.get().at)
    correct_by_hand("yes", "no")


def count_other_months(sound):
    factories.ReportingRoundFactory(
        territory=sound.territory, year=2024, period_from=datetime.date(2024, 1, 1)
    )


def hold_a_line(sound):
    Report.objects.filter(reporting_unit__code="982").update(
        status="approved", approved_at=timezone.now()
    )
    Placement.objects.filter(institution__code="98-TV-982").update(
        reporting_unit=Report.objects.get(reporting_unit__code="981").reporting_unit
    )


def mark_a_cell_as_returned(sound):
    IndicatorValue.objects.update(is_returned=True)


def submit_without_a_receipt(sound):
    Report.objects.filter(reporting_unit__code="981").update(
        status="submitted", submitted_at=timezone.now()
    )


def change_what_a_receipt_keeps(sound):
    issue(Report.objects.get(reporting_unit__code="981"), None, timezone.now())
    Receipt.objects.update(content="unit\t982\n")


def lose_a_file(sound):
    file = factories.AttachmentFactory(report=Report.objects.get(reporting_unit__code="981"))
    file.file.storage.delete(file.file.name)


def attach_elsewhere(sound):
    factories.AttachmentFactory(
        report=Report.objects.get(reporting_unit__code="982"), value=IndicatorValue.objects.get()
    )


def inspect(**given):
    def do(sound):
        value = IndicatorValue.objects.get()
        told = {"inspected_on": timezone.localdate(), **given}
        factories.InspectionFactory(line=value.line, indicator=value.indicator, **told)

    return do


inspect_before_the_period = inspect(inspected_on=datetime.date(2024, 6, 30))
inspect_tomorrow = inspect(
    inspected_on=datetime.date(2025, 11, 2),
    recorded_at=datetime.datetime(2025, 11, 1, 9, tzinfo=datetime.UTC),
)
inspect_by_a_count = inspect(reported_state="count", reported_count=3)
confirm_nothing = inspect(reported_state="blank")


def inspect_another_kind(sound):
    factories.InspectionFactory(
        line=IndicatorValue.objects.get().line,
        indicator=Indicator.objects.get(code="culture.clubs"),
    )


def _approve_in_history():
    change = Change.objects.get()
    factories.ChangeFactory(value=change.value, action="approved", by=change.by)


def _rewrite_history(what):
    # By SQL, since the model refuses it.
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE reports_change SET {what}")


BREAKS = [
    (overlap, "overlapping_placements", "98-TV-981"),
    (misplace, "misplaced_institutions", "98-TV-981"),
    (misplace_commune, "misplaced_institutions", "98-TV-98102"),
    (rename, "wrong_sort_keys", "98-TV-981"),
    (take_a_word_of_the_site, "reserved_slugs", "plans"),
    (go_in_a_circle, "continuations_in_a_circle", "98-TV"),
    (report_for_another_territory, "members_of_foreign_units", "hong-lam-981"),
    (leave_a_target_waiting, "published_plans_with_waiting_targets", "4321/KH-UBND"),
    (move_a_quote, "quotes_that_are_not_in_the_text", "4321/KH-UBND"),
    (decompose_the_text, "quotes_that_are_not_in_the_text", "4321/KH-UBND"),
    (shorten_the_text, "quotes_that_are_not_in_the_text", "4321/KH-UBND"),
    (carry_nowhere, "carried_targets_without_a_target", "4321/KH-UBND"),
    (ask_another_kind, "values_of_another_kind", "98-TV-981"),
    (answer_by_a_count, "values_of_another_measure", "98-TV-981"),
    (lose_a_report, "lines_without_a_report", "98-btt"),
    (report_from_abroad, "reports_of_foreign_units", "don-vi"),
    (count_without_approval, "approved_values_of_other_reports", "98-TV-981"),
    (differ_from_history, "values_that_differ_from_their_history", "98-TV-981"),
    (approve_without_history, "values_that_differ_from_their_history", "98-TV-981"),
    (change_after_closing, "closed_rounds_that_changed", "98-TV-981"),
    (correct_an_open_round, "errata_of_open_rounds", "98-TV-981"),
    (begin_an_erratum_elsewhere, "broken_chains_of_what_counts", "98-TV-981"),
    (count_other_months, "periods_of_different_length", "2025"),
    (hold_a_line, "lines_held_by_a_sent_report", "98-TV-982"),
    (mark_a_cell_as_returned, "returned_cells_of_other_reports", "98-TV-981"),
    (submit_without_a_receipt, "submissions_without_a_receipt", "981"),
    (change_what_a_receipt_keeps, "receipts_of_another_content", "981"),
    (lose_a_file, "attachments_without_their_file", "cong-van.txt"),
    (attach_elsewhere, "attachments_of_other_reports", "cong-van.txt"),
    (inspect_before_the_period, "impossible_inspections", "98-TV-981"),
    (inspect_tomorrow, "impossible_inspections", "98-TV-981"),
    (inspect_by_a_count, "impossible_inspections", "98-TV-981"),
    (confirm_nothing, "impossible_inspections", "98-TV-981"),
    (inspect_another_kind, "impossible_inspections", "98-TV-981"),
]


def test_sound_database_has_no_breach(sound):
    assert list(find_breaches()) == []


@pytest.mark.parametrize(("break_it", "check", "words"), BREAKS, ids=[entry[1] for entry in BREAKS])
def test_broken_rule_is_found_and_no_other(sound, break_it, check, words):
    break_it(sound)
    found = list(find_breaches())
    assert {breach.check for breach in found} == {check}
    assert all(words in breach.words for breach in found)


def test_inspection_and_erratum_are_no_breach(sound, staff):
    inspect()(sound)
    close_round(sound, staff)
    value = IndicatorValue.objects.get()
    correct(
        line=value.line, indicator=value.indicator, cell=Cell("no"), seen=1, reason="Nhầm",
        user=staff,
    )  # fmt: skip

    assert list(find_breaches()) == []


def test_every_check_has_a_case():
    assert {check for _break, check, _words in BREAKS} == {check.__name__ for check in CHECKS}


def test_command_says_that_all_is_well(sound):
    out = io.StringIO()
    call_command("check_data", stdout=out)
    assert str(len(CHECKS)) in out.getvalue()


def test_command_fails_and_names_each_breach(sound):
    rename(sound)
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("check_data", stdout=out)
    assert "wrong_sort_keys" in out.getvalue()
