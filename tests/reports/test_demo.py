"""The demo: made once for this file, on the real map and both real plans."""

import datetime
import io
import socket
from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from institutions.models import AdministrativeUnit, Continuation, Institution, Placement, User
from institutions.scope import rights
from reports.breaches import find_breaches
from reports.figures.attainment import Pace, Verdict
from reports.figures.boards import attainment_rows
from reports.figures.inspections import inspected
from reports.management.commands.demo import accounts, free_port
from reports.models import (
    Change,
    CheckNote,
    ImportBatch,
    IndicatorValue,
    Receipt,
    Report,
    ReportingRound,
    RoundLine,
)
from reports.rounds.editing_checks.findings import findings_of
from reports.rounds.pages import report_rows
from reports.rounds.receipts import Standing, standing
from reports.rounds.reviewing.queue import waiting
from reports.sample.chance import between, chance
from reports.sample.figures import calendar
from reports.sample.institutions import _shares
from reports.sample.provinces import BAC_KAN, GIA_LAI, PASSWORD, PROVINCES
from targets.models import PlanVersion, Target

REFORM = datetime.date(2025, 7, 1)
MODELS = (
    User,
    AdministrativeUnit,
    Institution,
    Placement,
    PlanVersion,
    Target,
    ReportingRound,
    RoundLine,
    Report,
    IndicatorValue,
    Change,
    ImportBatch,
    CheckNote,
    Receipt,
)


def run_demo(settings) -> str:
    settings.DEBUG = True
    out = io.StringIO()
    call_command("demo", no_serve=True, stdout=out)
    settings.DEBUG = False
    return out.getvalue()


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """What `manage.py demo --no-serve` printed; the database holds what it made."""
    from django.conf import settings

    # One transaction around all tests of this file; each of them rolls back within it.
    with django_db_blocker.unblock(), transaction.atomic():
        printed = run_demo(settings)
        # Now, not after each of the tests: PostgreSQL would look at every key of the demo again.
        connection.check_constraints()
        yield printed
        transaction.set_rollback(True)


@pytest.fixture
def sample(demo, db):
    return {slug: AdministrativeUnit.objects.get(slug=slug) for slug in ("bac-kan", "gia-lai")}


def test_demo_prints_address_and_accounts(demo, db):
    assert "http://127.0.0.1:8000/" in demo
    assert PASSWORD in demo
    assert all(username in demo for username, _what in accounts())


def test_demo_is_refused_outside_development_and_writes_nothing(db, settings):
    settings.DEBUG = False
    before = [model.objects.count() for model in MODELS]
    with pytest.raises(CommandError, match="DEBUG"):
        call_command("demo", no_serve=True)
    assert [model.objects.count() for model in MODELS] == before


def test_second_start_changes_nothing_and_keeps_what_was_entered(sample, settings):
    value = IndicatorValue.objects.filter(line__institution__code="06-TV-058").first()
    IndicatorValue.objects.filter(pk=value.pk).update(note="Ghi tay")
    Institution.objects.filter(code="06-TV-058").update(name="Thư viện đã đổi tên")
    User.objects.filter(username="bac-kan-so").update(email="khac@example.com")
    before = [model.objects.count() for model in MODELS]
    again = run_demo(settings)
    assert [model.objects.count() for model in MODELS] == before
    assert IndicatorValue.objects.get(pk=value.pk).note == "Ghi tay"
    assert Institution.objects.get(code="06-TV-058").name == "Thư viện đã đổi tên"
    assert User.objects.get(username="bac-kan-so").email == "khac@example.com"
    assert again.count(" s]") == 2  # database, ready


def test_missing_institution_and_round_are_made_again(sample, settings):
    round_ = sample["bac-kan"].rounds.get(year=2022)
    Change._base_manager.filter(value__line__round=round_)._raw_delete("default")
    IndicatorValue.objects.filter(line__round=round_).delete()
    Receipt.objects.filter(report__round=round_).delete()
    round_.delete()
    run_demo(settings)
    made = sample["bac-kan"].rounds.get(year=2022)
    assert IndicatorValue.objects.filter(line__round=made).count() > 3000


@pytest.mark.parametrize(
    ("province", "expected"),
    [
        (
            BAC_KAN,
            {
                ("library", "province"): 1,
                ("museum", "province"): 1,
                ("culture_centre", "province"): 1,
                ("library", "district"): 8,
                ("culture_centre", "district"): 8,
                ("culture_centre", "commune"): 108,
                ("library", "commune"): 37,
                ("culture_centre", "village"): 1300,
                ("library", "general_school"): 208,
                ("library", "vocational"): 4,
                ("library", "other_education"): 8,
                ("library", "armed_forces"): 5,
            },
        ),
        (
            GIA_LAI,
            {
                ("library", "province"): 1,
                ("museum", "province"): 1,
                ("culture_centre", "province"): 1,
                ("library", "district"): 17,
                ("culture_centre", "district"): 17,
                ("culture_centre", "commune"): 218,
                ("library", "commune"): 74,
                ("culture_centre", "village"): 1500,
                ("library", "general_school"): 420,
                ("library", "vocational"): 6,
                ("library", "other_education"): 17,
                ("library", "armed_forces"): 16,
                ("library", "university"): 1,
            },
        ),
    ],
    ids=["bac-kan", "gia-lai"],
)
def test_roster_of_2025_has_every_tier_on_the_real_units(sample, province, expected):
    lines = RoundLine.objects.filter(
        round__year=2025, round__territory__code=province.code, institution__is_sample=True
    )
    assert Counter(lines.values_list("kind", "tier")) == expected
    places = set(lines.values_list("district__valid_to", "commune__valid_to"))
    assert places == {(REFORM, REFORM), (REFORM, None)}  # None: not of a commune


def test_everything_invented_is_marked(sample):
    assert set(Institution.objects.values_list("is_sample", flat=True)) == {True}
    assert set(ReportingRound.objects.values_list("is_sample", flat=True)) == {True}
    assert set(PlanVersion.objects.values_list("is_sample", flat=True)) == {True}


def test_institutions_opened_closed_and_went_on(sample):
    for code in ("06", "64"):
        own = Institution.objects.filter(code__startswith=f"{code}-")
        between_rounds = (datetime.date(2022, 7, 1), datetime.date(2025, 6, 30))
        assert own.filter(opened_on__range=between_rounds).exists()
        assert own.filter(closed_on__range=between_rounds).exists()
        went_on = Continuation.objects.get(predecessor__in=own)
        assert went_on.predecessor.closed_on == went_on.date


@pytest.mark.parametrize(("slug", "targets"), [("bac-kan", 29), ("gia-lai", 34)])
def test_plan_is_confirmed_by_the_sample_and_says_so(sample, slug, targets):
    version = PlanVersion.objects.get(plan__territory=sample[slug])
    assert version.status == "published"
    assert version.targets.confirmed().count() == version.targets.count() == targets
    assert version.unread == []
    notes = set(version.targets.values_list("decision_note", flat=True))
    assert len(notes) == 1
    assert "minh hoạ" in notes.pop()


def test_every_verdict_and_every_pace_occurs(sample):
    rows = [row for territory in sample.values() for row in attainment_rows(territory, 2025)]
    assert {row.verdict for row in rows} == {*Verdict, None}
    assert {row.pace for row in rows} == {*Pace, None}


def test_verdicts_of_2025(sample):
    found = {
        slug: Counter(
            row.verdict for row in attainment_rows(territory, 2025) if row.target.year == 2025
        )
        for slug, territory in sample.items()
    }
    assert found == {
        "bac-kan": {Verdict.MET: 8, Verdict.NOT_MET: 4, Verdict.UNDETERMINED: 3},
        "gia-lai": {
            Verdict.MET: 8,
            Verdict.NOT_MET: 3,
            Verdict.UNDETERMINED: 4,
            Verdict.NO_POPULATION: 2,
        },
    }


def test_growth_has_a_panel_in_one_province_and_too_small_a_one_in_the_other(sample):
    growth = {
        slug: row.growth
        for slug, territory in sample.items()
        for row in attainment_rows(territory, 2025)
        if row.target.indicator.code == "library.visits_growth" and row.target.year == 2025
    }
    assert growth["bac-kan"].panel.is_enough()
    assert not growth["gia-lai"].panel.is_enough()


def test_rounds_are_closed_but_the_last_which_has_days_left(sample):
    for territory in sample.values():
        rounds = {round_.year: round_ for round_ in territory.rounds.all()}
        assert set(rounds) == {2022, 2023, 2024, 2025}
        assert [year for year, round_ in rounds.items() if not round_.is_closed] == [2025]
        assert [year for year, r in rounds.items() if r.kind == "baseline"] == [2022]
        assert rounds[2025].as_of == datetime.date(2025, 6, 30)
        assert (rounds[2025].due_before - timezone.localdate()).days >= 9
        assert rounds[2025].opens_on <= timezone.localdate()
        assert all(r.closed_at <= timezone.now() for r in rounds.values() if r.is_closed)


def test_open_round_has_reports_in_every_status(sample):
    found = {
        slug: Counter(territory.rounds.get(year=2025).reports.values_list("status", flat=True))
        for slug, territory in sample.items()
    }
    assert found == {
        "bac-kan": {"approved": 11, "submitted": 1, "draft": 2},
        "gia-lai": {"approved": 18, "submitted": 3, "returned": 2, "draft": 1},
    }
    not_begun = Report.objects.get(round__year=2025, reporting_unit__code="06-bchqs")
    assert not_begun.started_at is None
    assert not IndicatorValue.objects.filter(
        line__round=not_begun.round, line__reporting_unit=not_begun.reporting_unit
    ).exists()


def test_clean_reports_wait_in_both_provinces_and_one_asks_for_a_look(sample):
    found = {
        slug: sorted(each.is_clean for each in waiting(report_rows(list(
            Report.objects.filter(round__territory=territory, round__year=2025)
            .select_related("round__territory", "reporting_unit")
        ))))
        for slug, territory in sample.items()
    }  # fmt: skip
    assert found == {"bac-kan": [True], "gia-lai": [False, True, True]}


def test_figures_of_a_draft_do_not_count(sample):
    draft = IndicatorValue.objects.filter(line__round__year=2025, line__reporting_unit__code="062")
    assert draft.exists()
    assert set(draft.values_list("approved_state", flat=True)) == {"blank"}


def test_returned_report_names_single_cells(sample):
    returned = IndicatorValue.objects.filter(is_returned=True)
    assert set(returned.values_list("line__reporting_unit__code", flat=True)) == {
        "632",
        "64-bchqs",
    }
    assert not returned.filter(return_message="").exists()


def test_closed_rounds_have_honest_gaps(sample):
    closed = Report.objects.filter(round__closed_at__isnull=False)
    assert closed.filter(started_at=None, round__year=2023).exists()  # never reported
    late = [
        report
        for report in closed.filter(round__due_before__isnull=False, status="approved")
        .select_related("round")
        .all()
        if timezone.localdate(report.first_submitted_at) >= report.round.due_before
    ]
    assert len(late) == 7
    not_applicable = IndicatorValue.objects.filter(line__round__year=2023, state="not_applicable")
    assert not_applicable.exists()
    assert not not_applicable.filter(na_reason="").exists()


def test_some_figures_came_from_a_file(sample):
    batches = ImportBatch.objects.filter(status="applied")
    assert set(batches.values_list("report__reporting_unit__code", flat=True)) == {
        "061",
        "06-sgddt",
        "622",
        "64-sgddt",
    }
    batch = batches.get(report__reporting_unit__code="061")
    with batch.file.open() as file:
        assert len(file.read().decode("utf-8-sig").splitlines()) == batch.rows + 1


def test_sample_breaks_no_rule(sample):
    assert list(find_breaches()) == []


def test_vocational_schools_change_their_unit_in_2025(sample):
    units = RoundLine.objects.filter(institution__code="06-TVN-01").order_by("round__year")
    assert list(units.values_list("reporting_unit__code", flat=True)) == [
        "06-sldtbxh",
        "06-sldtbxh",
        "06-sldtbxh",
        "06-sgddt",
    ]


@pytest.mark.parametrize(
    ("username", "role"),
    [
        ("bac-kan-so", "department"),
        ("bac-kan-lanh-dao", "leader"),
        ("bac-kan-062", "reporter"),
        ("gia-lai-so", "department"),
        ("gia-lai-lanh-dao", "leader"),
        ("gia-lai-635", "reporter"),
        ("lanh-dao-bo", "leader"),
        ("quan-tri", "administrator"),
    ],
)
def test_printed_account_logs_in_and_has_its_role(sample, username, role):
    assert Client().login(username=username, password=PASSWORD)
    user = User.objects.get(username=username)
    assert rights(user).roles == {"signed_in", role}


def test_printed_accounts_are_these(sample):
    assert [username for username, _what in accounts()] == [
        "bac-kan-so",
        "bac-kan-lanh-dao",
        "bac-kan-062",
        "gia-lai-so",
        "gia-lai-lanh-dao",
        "gia-lai-635",
        "lanh-dao-bo",
        "quan-tri",
    ]


def test_some_answers_were_inspected_and_most_agree(sample):
    for territory in sample.values():
        for round_ in territory.rounds.exclude(year=2022):
            total = inspected(round_).total
            assert (total.checked, total.agreed, total.changed) == (14, 12, 0)


# Without the sample --------------------------------------------------------------------------


def test_busy_port_gives_the_next_free_one():
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        taken = busy.getsockname()[1]
        assert free_port(taken) > taken


@pytest.mark.parametrize("province", PROVINCES, ids=lambda p: p.name)
@pytest.mark.parametrize(
    "today", ["2025-07-02", "2025-11-20", "2025-11-26", "2025-12-31", "2026-02-28", "2026-11-22"]
)
def test_open_round_leaves_days_whenever_it_is_made(province, today):
    today = datetime.date.fromisoformat(today)
    days = calendar(province, 2025, today)
    assert 9 <= (days.due_before - today).days <= 9 + 365
    assert (days.due_before.month, days.due_before.day) == province.report_before
    assert days.opens_on <= today - datetime.timedelta(days=21)


def test_chance_is_the_same_on_every_machine():
    assert chance("a", 1) == 0.09199504834096181
    assert [between(1, 10, "x", n) for n in range(5)] == [6, 9, 1, 2, 1]


def test_shares_add_up_with_one_at_least():
    parts = _shares(1300, [f"{n:05d}" for n in range(108)])
    assert sum(parts) == 1300
    assert min(parts) >= 1


@pytest.mark.parametrize(
    "username", ["gia-lai-lanh-dao", "gia-lai-so", "gia-lai-635", "lanh-dao-bo", "quan-tri"]
)
def test_dashboard_of_2308_institutions_takes_at_most_14_queries(sample, username):
    client = Client()
    client.force_login(
        User.objects.get(username=username), "allauth.account.auth_backends.AuthenticationBackend"
    )
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/gia-lai/2025/").status_code == 200
    assert len(queries) <= 14, [query["sql"][:100] for query in queries]


def test_submitted_reports_are_explained_and_have_a_receipt(sample):
    sent = Report.objects.exclude(status=Report.Status.DRAFT).select_related(
        "round__territory", "reporting_unit"
    )
    for report in sent.filter(round__year__in=(2022, 2025)):
        assert findings_of(report).may_submit, report
        assert [standing(receipt) for receipt in report.receipts.all()] == [Standing.SAME]
