"""Every step of a report, from every state, by everybody: what moves it, and what never does.

One table says who may take which step from which state; all that is not in it is tried and must
leave the report as it was, however the request is made up.
"""

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from reports.models import BulkApproval, Change, IndicatorValue, Report
from reports.rounds.review import submission
from tests import factories
from tests.conftest import log_in
from tests.reports.test_rounds_pages import fill

PEOPLE = (
    *("anonymous", "reporter", "other_reporter", "staff", "outsider"),
    *("leader", "national_leader", "administrator"),
)
STATES = ("not begun", "draft", "submitted", "returned", "approved", "approved together")

# (step, state): the state it leads to, and who gets there.
OF_UNIT, OF_DEPARTMENT = ("reporter", "staff"), ("staff",)
ALLOWED = {
    ("submit", "not begun"): ("submitted", OF_UNIT),
    ("submit", "draft"): ("submitted", OF_UNIT),
    ("submit", "returned"): ("submitted", OF_UNIT),
    ("check and submit", "not begun"): ("submitted", OF_UNIT),
    ("check and submit", "draft"): ("submitted", OF_UNIT),
    ("check and submit", "returned"): ("submitted", OF_UNIT),
    ("approve", "submitted"): ("approved", OF_DEPARTMENT),
    ("approve together", "submitted"): ("approved", OF_DEPARTMENT),
    ("return", "submitted"): ("returned", OF_DEPARTMENT),
    ("return a cell", "submitted"): ("returned", OF_DEPARTMENT),
    ("withdraw", "approved"): ("submitted", OF_DEPARTMENT),
    ("withdraw", "approved together"): ("submitted", OF_DEPARTMENT),
    ("undo", "approved together"): ("submitted", OF_DEPARTMENT),
}

# What a forger would add to any form.
FORGED = {"status": "approved", "approved_at": "2025-01-01", "approved_state": "yes", "round": "1"}


@pytest.fixture
def table(report, answer, open_round, staff):
    """The report of district 981 with every answer, and the requests that move reports."""
    fill(report, answer)
    values = IndicatorValue.objects.filter(line__reporting_unit=report.reporting_unit)
    values.update(approved_state="blank", approved_count=None)
    approval = BulkApproval.objects.create(round=open_round, at=timezone.now(), by=staff)
    one = values.order_by("pk").first()
    base = f"/reporting/reports/{report.pk}"
    every = {"message": "Xem lại", "reason": "Xem lại", "report": report.pk, "confirmed": "1"}
    return {
        "report": report,
        "approval": approval,
        "steps": {
            "submit": (f"{base}/submit/", {}),
            "check and submit": (f"{base}/check/", {"submit": "1"}),
            "approve": (f"{base}/approve/", {}),
            "approve together": (f"/reporting/rounds/{open_round.pk}/approve/", {}),
            "return": (f"{base}/return/", {}),
            "return a cell": (f"{base}/return/", {"cell": f"{one.line_id}-{one.indicator_id}"}),
            "withdraw": (f"{base}/withdraw/", {}),
            "undo": (f"/reporting/approvals/{approval.pk}/undo/", {}),
            # Addresses that take no step, with all that a form of a step would hold.
            "texts": (f"{base}/texts/", {"difficulties": "x"}),
            "line": (f"{base}/lines/{one.line_id}/", {}),
            "grid": (f"{base}/grid/", {}),
            "visit": (
                f"{base}/inspections/{one.line_id}/",
                {
                    "inspected_on": timezone.localdate().strftime("%d/%m/%Y"),
                    "inspected_by": "Đoàn kiểm tra",
                    f"version_{one.indicator_id}": one.version,
                    f"outcome_{one.indicator_id}": "confirmed",
                },
            ),
            "erratum": (f"/reporting/lines/{one.line_id}/errata/{one.indicator.code}/", {}),
            "roster": (f"/reporting/rounds/{open_round.pk}/roster/", {}),
        },
        "with": every | FORGED,
    }


def turn(table, state: str) -> None:
    report, now = table["report"], timezone.now()
    together = state == "approved together"
    Report.objects.filter(pk=report.pk).update(
        status={"not begun": "draft", "approved together": "approved"}.get(state, state),
        started_at=None if state == "not begun" else now,
        submitted_at=now, returned_at=now, approved_at=table["approval"].at,
        bulk_approval=table["approval"] if together else None,
    )  # fmt: skip
    if together:
        report.refresh_from_db()
        report.save()  # its history is what an undo reads


@pytest.fixture
def clients(request) -> dict[str, Client]:
    people = {name: log_in(request.getfixturevalue(name)) for name in PEOPLE[1:]}
    return {"anonymous": Client(), **people}


def outcome(
    table, client: Client, step: str, state: str, *, seen: str | None = None
) -> tuple[str, int]:
    """Status of the report after the step, and changes of values that it wrote; all taken back.

    `seen`: the submission that the request names instead of the one that stands.
    """
    where, data = table["steps"][step]
    with transaction.atomic():
        turn(table, state)
        before = Change.objects.count()
        pk = table["report"].pk
        stands = submission(Report.objects.get(pk=pk)) if seen is None else seen
        response = client.post(where, table["with"] | data | {"seen": stands, f"seen-{pk}": stands})
        assert response.status_code < 500
        found = Report.objects.get(pk=table["report"].pk).status, Change.objects.count() - before
        transaction.set_rollback(True)
    return found


def standing(state: str) -> str:
    return {"not begun": "draft", "approved together": "approved"}.get(state, state)


STEPS = (
    *("submit", "check and submit", "approve", "approve together", "return", "return a cell"),
    *("withdraw", "undo", "texts", "line", "grid", "visit", "erratum", "roster"),
)
NO_STEPS = STEPS[STEPS.index("texts") :]
DECISIONS = ("approve", "approve together", "return", "return a cell")


@pytest.mark.parametrize("step", STEPS)
def test_step_moves_a_report_only_as_the_table_says(table, clients, step):
    wanted, found = {}, {}
    for state in STATES:
        after, allowed = ALLOWED.get((step, state), (None, ()))
        for person, client in clients.items():
            wanted[state, person] = after if person in allowed else standing(state)
            found[state, person] = outcome(table, client, step, state)[0]

    assert found == wanted


@pytest.mark.parametrize("step", [step for step in STEPS if step not in NO_STEPS])
def test_refused_step_writes_no_change(table, clients, step):
    for state in STATES:
        allowed = ALLOWED.get((step, state), (None, ()))[1]
        for person, client in clients.items():
            if person not in allowed:
                assert outcome(table, client, step, state)[1] == 0, (state, person)


@pytest.mark.parametrize("step", DECISIONS)
@pytest.mark.parametrize("seen", ["", "2025-01-01T00:00:00+00:00"])
def test_decision_names_the_submission_that_was_looked_at(table, clients, step, seen):
    assert outcome(table, clients["staff"], step, "submitted", seen=seen) == ("submitted", 0)


@pytest.mark.parametrize("step", STEPS)
def test_closed_round_moves_no_report(table, clients, step):
    round_ = table["report"].round
    round_.closed_at = timezone.now()
    round_.save()

    for state in STATES:
        assert outcome(table, clients["staff"], step, state) == (standing(state), 0), state


def test_every_step_is_taken_by_somebody():
    """The table is no list of refusals alone."""
    assert {step for step, _state in ALLOWED} == set(STEPS) - set(NO_STEPS)


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        ("/reporting/reports/999999/review/", 404),
        ("/reporting/reports/999999/approve/", 404),
        ("/reporting/reports/999999/return/", 404),
        ("/reporting/reports/999999/withdraw/", 404),
        ("/reporting/rounds/999999/review/", 404),
        ("/reporting/rounds/999999/approve/", 404),
        ("/reporting/approvals/999999/undo/", 404),
        ("/reporting/reports/99999999999999999999999/review/", 404),
    ],
)
def test_wrong_id_is_not_found(as_staff, open_round, address, answer):
    ask = as_staff.get if address.endswith("review/") else as_staff.post
    assert ask(address).status_code == answer


def test_approval_of_another_province_cannot_be_taken_back(as_outsider, as_leader, table):
    turn(table, "approved together")
    where = table["steps"]["undo"][0]

    answers = as_outsider.post(where).status_code, as_leader.post(where).status_code

    assert answers == (404, 403)
    assert Report.objects.get(pk=table["report"].pk).status == "approved"


def test_reports_of_another_province_are_not_in_the_queue(as_outsider, table, other_territory):
    turn(table, "submitted")
    theirs = factories.ReportingRoundFactory(territory=other_territory)

    own = as_outsider.get(f"/reporting/rounds/{theirs.pk}/review/")
    foreign = as_outsider.get(f"/reporting/rounds/{table['report'].round_id}/review/")

    assert (own.context["waiting"], foreign.status_code) == ([], 404)


@pytest.mark.parametrize(
    ("step", "state"),
    [
        ("approve", "submitted"),
        ("return", "submitted"),
        ("return a cell", "submitted"),
        ("withdraw", "approved"),
        ("visit", "submitted"),
    ],
)
def test_form_made_for_another_person_decides_nothing(table, clients, reporter, step, state):
    turn(table, state)
    where, data = table["steps"][step]
    report = Report.objects.get(pk=table["report"].pk)
    data = table["with"] | data | {"seen": submission(report), "typed_by": reporter.pk}

    response = clients["staff"].post(where, data)

    report.refresh_from_db()
    assert (response.status_code, report.status) == (409, state)
