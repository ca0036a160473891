"""Correcting a figure of a closed round: what is written, what is refused, and by whom."""

import threading

import pytest
from django.db import connection

from reports.models import Change, IndicatorValue, RoundLine
from reports.rounds.checks import Cell
from reports.rounds.closing import close_round
from reports.rounds.entry import Conflict, EntryRefused, InvalidCell, set_value
from reports.rounds.errata.services import ErratumRefused, Why, correct
from tests import factories
from tests.conftest import log_in

SERVICES, VISITS, CLUBS = "library.lifelong_services", "library.visits_growth", "culture.clubs"


@pytest.fixture
def closed_round(open_round, answer, staff):
    """2025, closed: the library of An Bình said yes, that of Đức Phong nothing."""
    answer(open_round, "98-TV-981", SERVICES, "yes")
    answer(open_round, "98-TV-981", VISITS, 1200)
    return close_round(open_round, staff)


@pytest.fixture
def put(closed_round, indicators, staff):
    """`put("98-TV-981", SERVICES, Cell("no"), seen=1)`, by the Department unless said otherwise."""

    def put_(institution, code, cell, *, seen=1, reason="Biên bản kiểm tra 12/01", user=staff):
        line = closed_round.lines.get(institution__code=institution)
        return correct(
            line=line, indicator=indicators[code], cell=cell, seen=seen, reason=reason, user=user
        )

    return put_


def stand() -> list[tuple]:
    """Everything that an erratum may touch."""
    return [
        *IndicatorValue.objects.order_by("pk").values_list(),
        *Change.objects.order_by("pk").values_list(),
        *RoundLine.objects.order_by("pk").values_list(),
    ]


def last() -> Change:
    return Change.objects.latest("pk")


def test_erratum_changes_both_values_and_says_what_stood(put, staff):
    value = put("98-TV-981", SERVICES, Cell("no"))
    value.refresh_from_db()
    assert (value.state, value.approved_state, value.version) == ("no", "no", 2)
    change = last()
    assert (change.action, change.before_state, change.after_state) == ("erratum", "yes", "no")
    assert (change.by, change.reason) == (staff, "Biên bản kiểm tra 12/01")
    assert change.at > value.line.round.closed_at


def test_erratum_of_a_cell_that_nobody_had_filled(put):
    value = put("98-TV-982", SERVICES, Cell("yes"), seen=0)
    assert (value.approved_state, value.version, last().before_state) == ("yes", 1, "blank")


@pytest.mark.parametrize(
    ("code", "cell"),
    [
        (SERVICES, Cell("blank")),
        (SERVICES, Cell("not_applicable", na_reason="suspended")),
        (SERVICES, Cell("not_applicable", na_reason="other")),
        (VISITS, Cell("count", 0)),
        (VISITS, Cell("count", 1350)),
        (VISITS, Cell("blank")),
    ],
)
def test_erratum_can_be_anything_that_a_cell_can(put, code, cell):
    value = put("98-TV-981", code, cell)
    stored = value.approved_state, value.approved_count, value.approved_na_reason
    assert stored == cell.answer == (value.state, value.count, value.na_reason)


def test_erratum_of_an_erratum_goes_on_from_it(put):
    put("98-TV-981", VISITS, Cell("count", 1300))
    put("98-TV-981", VISITS, Cell("count", 1200), seen=2)
    chain = Change.objects.filter(action="erratum").order_by("pk")
    assert list(chain.values_list("before_count", "after_count")) == [(1200, 1300), (1300, 1200)]


def test_same_answer_writes_nothing(put):
    before = stand()
    assert put("98-TV-981", SERVICES, Cell("yes"), seen=0) is None
    assert stand() == before


def test_roster_stays_as_it_was_closed(put, closed_round):
    lines = list(closed_round.lines.order_by("pk").values_list())
    put("98-TV-981", SERVICES, Cell("no"))
    assert list(closed_round.lines.order_by("pk").values_list()) == lines


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"seen": 0}, Conflict),
        ({"seen": 2}, Conflict),
        ({"reason": " "}, ErratumRefused),
        ({"cell": Cell("count", 3)}, InvalidCell),
        ({"code": VISITS, "cell": Cell("count", -1)}, InvalidCell),
        ({"cell": Cell("not_applicable")}, InvalidCell),
        ({"code": CLUBS}, ErratumRefused),
    ],
)
def test_refused_erratum_writes_nothing(put, wrong, error):
    before = stand()
    asked = {"code": SERVICES, "cell": Cell("no"), **wrong}
    with pytest.raises(error):
        put("98-TV-981", **asked)
    assert stand() == before


def test_question_of_a_later_year_is_not_corrected(put, indicators):
    indicators[SERVICES].valid_from = "2026-01-01"
    indicators[SERVICES].save()
    indicators[SERVICES].refresh_from_db()
    with pytest.raises(ErratumRefused) as refused:
        put("98-TV-981", SERVICES, Cell("no"))
    assert refused.value.why is Why.NOT_ASKED


@pytest.mark.parametrize(
    "person",
    ["reporter", "other_reporter", "leader", "national_leader", "administrator", "outsider"],
)
def test_nobody_but_the_department_corrects(put, request, person):
    before = stand()
    with pytest.raises(ErratumRefused) as refused:
        put("98-TV-981", SERVICES, Cell("no"), user=request.getfixturevalue(person))
    assert (refused.value.why, stand()) == (Why.NOT_DEPARTMENT, before)


@pytest.mark.parametrize("status", ["draft", "submitted", "returned", "approved"])
def test_open_round_takes_no_erratum(open_round, report, answer, staff, indicators, status):
    value = answer(open_round, "98-TV-981", SERVICES, "yes")
    day = "2025-11-20T00:00Z"
    report.status, report.submitted_at, report.returned_at, report.approved_at = (
        status, day, day, day,
    )  # fmt: skip
    report.save()
    before = stand()
    with pytest.raises(ErratumRefused) as refused:
        correct(
            line=value.line, indicator=indicators[SERVICES], cell=Cell("no"), seen=1,
            reason="Sớm", user=staff,
        )  # fmt: skip
    assert (refused.value.why, stand()) == (Why.NOT_CLOSED, before)


def test_closed_round_takes_nothing_but_errata(put, closed_round, report, indicators, staff):
    line = closed_round.lines.get(institution__code="98-TV-981")
    with pytest.raises(EntryRefused):
        set_value(
            report=report, line=line, indicator=indicators[SERVICES], cell=Cell("no"), version=1,
            user=staff, reason="Nhầm",
        )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_of_two_corrections_at_once_one_is_a_conflict(closed_round, territory, indicators):
    """Two of the Department have the same page open and save it in the same moment."""
    line = closed_round.lines.get(institution__code="98-TV-981")
    address = f"/reporting/lines/{line.pk}/errata/{SERVICES}/"
    barrier, statuses = threading.Barrier(2), {}

    def save(name, answered):
        try:
            user = factories.UserFactory(username=name)
            factories.MembershipFactory(user=user, role="department", territory=territory)
            client = log_in(user)
            barrier.wait(30)
            form = {"answer": answered, "reason": name, "version": 1}
            if answered == "not_applicable":
                form["na_reason"] = "other"
            statuses[name] = client.post(address, form).status_code
        finally:
            connection.close()

    threads = [
        threading.Thread(target=save, args=args)
        for args in (("mot", "no"), ("hai", "not_applicable"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(statuses.values()) == [302, 409]
    (change,) = Change.objects.filter(action="erratum")
    value = IndicatorValue.objects.get(line=line, indicator=indicators[SERVICES])
    assert (statuses[change.reason], value.approved_state) == (302, change.after_state)
