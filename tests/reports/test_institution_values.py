"""The table of what one institution reported, which its page takes in."""

import pytest

from tests import factories
from tests.conftest import enrol

LIBRARY = "98-TV-981"


def in_english(client):
    client.cookies["django_language"] = "en"
    return client


def address(code=LIBRARY):
    return f"/institutions/{code}/values/"


def cells(response, indicator):
    rows = {row.indicator.code: row.cells for row in response.context["reported"].rows}
    return [(cell.state, cell.count, cell.waiting) for cell in rows[indicator]]


@pytest.mark.parametrize(
    ("client", "status"),
    [
        ("as_staff", 200),
        ("as_other_reporter", 200),
        ("as_leader", 200),
        ("as_administrator", 200),
        ("as_outsider", 404),
    ],
)
def test_values_are_seen_within_the_territory(client, status, open_round, request):
    assert request.getfixturevalue(client).get(address()).status_code == status


def test_values_of_an_unknown_institution_are_not_found(as_staff, open_round):
    assert as_staff.get(address("khong-co")).status_code == 404


def test_values_stand_by_year_from_the_newest(as_leader, open_round, answer):
    earlier = enrol(factories.ReportingRoundFactory(territory=open_round.territory, year=2024))
    answer(earlier, LIBRARY, "library.visits_growth", 1200)
    answer(open_round, LIBRARY, "library.visits_growth", 0)
    found = cells(as_leader.get(address()), "library.visits_growth")
    assert found == [("count", 0, ""), ("count", 1200, "")]


def test_values_are_those_of_the_kind(as_leader, open_round):
    rows = as_leader.get(address()).context["reported"].rows
    assert {row.indicator.kind for row in rows} == {"library"}


@pytest.mark.parametrize(
    ("client", "waiting"),
    [
        ("as_staff", True),
        ("as_reporter", True),
        ("as_administrator", True),
        ("as_other_reporter", False),
        ("as_leader", False),
    ],
)
def test_working_value_is_for_those_who_may_see_drafts(
    client, waiting, open_round, answer, request
):
    answer(open_round, LIBRARY, "library.visits_growth", 730, approved=False)
    response = request.getfixturevalue(client).get(address())
    state, count, shown = cells(response, "library.visits_growth")[0]
    assert (state, count) == ("blank", None)
    assert (shown == "730") is waiting
    assert ("730" in response.content.decode()) is waiting


def test_values_come_as_a_part_for_the_institution_page(as_leader, open_round):
    part = as_leader.get(address(), headers={"hx-request": "true"}).content.decode()
    assert "<html" not in part
    assert "<table" in part


def test_institution_page_leads_to_the_values(as_leader, open_round):
    assert f'href="{address()}"' in as_leader.get(f"/institutions/{LIBRARY}/").content.decode()


def test_institution_without_a_round_says_so(as_leader, institutions):
    html = in_english(as_leader).get(address()).content.decode()
    assert "has not stood on the roster" in html


@pytest.mark.parametrize("sample", [True, False])
def test_values_bear_the_sample_mark_of_their_round(as_leader, open_round, sample):
    open_round.is_sample = sample
    open_round.save()
    assert as_leader.get(address()).context["sample"] is sample


@pytest.mark.parametrize("n", [1, 3])
def test_values_query_count_is_constant(as_staff, open_round, answer, n, django_assert_num_queries):
    for year in range(2025 - n + 1, 2025):
        enrol(factories.ReportingRoundFactory(territory=open_round.territory, year=year))
    # session, user, memberships, successions; institution, lines, values, indicators; frame.
    with django_assert_num_queries(10):
        response = as_staff.get(address())
    assert len(response.context["reported"].lines) == n
