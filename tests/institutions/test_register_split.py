"""Splitting an institution: what it does to the register and to growth, and its page."""

import datetime

import pytest

from institutions.models import Continuation, Institution
from institutions.register import services
from institutions.register.services import Part
from reports.figures.counts import Pair, panels
from tests import factories

pytestmark = pytest.mark.django_db

DAY = datetime.date(2025, 4, 1)
REASON = "Quyết định số 12/QĐ-UBND ngày 05/3/2025"


@pytest.fixture(autouse=True)
def _today(clock):
    clock("2025-05-20")


@pytest.fixture
def house(institutions):
    return institutions["98-VH-98102"]


@pytest.fixture
def parts(units, districts, communes):
    return [
        Part(name, "commune", units["981"], districts["981"], communes["98102"])
        for name in ("Nhà văn hoá Ba Sao Đông", "Nhà văn hoá Ba Sao Tây")
    ]


def split(house, parts, **told):
    told = {"day": DAY, "reason": REASON, "goes_on": False} | told
    return services.split_institution(house, parts=parts, **told)


def test_split_closes_the_former_one_and_opens_its_parts(house, parts, staff):
    made = split(house, parts, by=staff)
    house.refresh_from_db()
    assert house.closed_on == DAY
    assert [(new.name, new.kind, new.opened_on, new.code) for new in made] == [
        ("Nhà văn hoá Ba Sao Đông", "culture_centre", DAY, "98-VH-98102-01"),
        ("Nhà văn hoá Ba Sao Tây", "culture_centre", DAY, "98-VH-98102-02"),
    ]
    steps = Continuation.objects.values_list("predecessor", "successor", "kind", "date")
    assert set(steps) == {(house.pk, new.pk, "split", DAY) for new in made}
    written = Continuation.history.all()
    assert {(row.history_user, row.history_change_reason) for row in written} == {(staff, REASON)}


def test_split_may_leave_the_former_one_as_a_part(house, parts):
    (made,) = split(house, parts[:1], goes_on=True)
    house.refresh_from_db()
    assert house.closed_on is None
    assert house.continuations.get().successor == made


def test_part_may_keep_the_name_of_the_one_that_closes(house, parts, units, districts, communes):
    same = Part(house.name, "commune", units["981"], districts["981"], communes["98102"])
    assert split(house, [same, parts[0]])[0].name == house.name


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"day": datetime.date(1899, 1, 1)}, "day"),
        ({"day": datetime.date(2027, 1, 1)}, "day"),
        ({"day": datetime.date(2025, 7, 1)}, "day"),  # the map of the parts has ended
    ],
)
@pytest.mark.parametrize("goes_on", [True, False])
def test_split_refuses_a_day_beside_its_field(house, parts, goes_on, told, field):
    with pytest.raises(services.RegisterError) as refused:
        split(house, parts, goes_on=goes_on, **told)
    assert set(refused.value.message_dict) == {field}


@pytest.mark.parametrize(("goes_on", "count"), [(False, 0), (False, 1), (True, 0)])
def test_split_needs_two_parts(house, parts, goes_on, count):
    with pytest.raises(services.RegisterError):
        split(house, parts[:count], goes_on=goes_on)


def test_split_is_done_wholly_or_not_at_all(house, parts, units):
    before = Institution.objects.count()
    wrong = Part("Nhà văn hoá Ba Sao Nam", "commune", units["981"])
    with pytest.raises(services.RegisterError) as refused:
        split(house, [*parts, wrong])
    assert set(refused.value.message_dict) == {"commune_3"}
    house.refresh_from_db()
    assert (house.closed_on, Institution.objects.count()) == (None, before)


def test_split_asks_before_two_of_the_same_name(house, parts):
    with pytest.raises(services.SameName):
        split(house, [parts[0], parts[0]])
    assert len(split(house, [parts[0], parts[0]], confirmed=True)) == 2


def test_split_refuses_a_closed_institution(house, parts):
    services.close_institution(house, day=DAY, reason=REASON)
    with pytest.raises(services.RegisterError):
        split(house, parts, day=datetime.date(2025, 5, 1))


def test_reopening_takes_the_split_back(house, parts):
    made = split(house, parts)
    assert set(services.reopen_institution(house, reason="Nhập nhầm")) == set(made)
    assert not Continuation.objects.exists()


# Growth ----------------------------------------------------------------------------------------


def count(round_, institution, number):
    line = factories.RoundLineFactory(round=round_, institution=institution)
    factories.IndicatorValueFactory(
        line=line,
        indicator=factories.IndicatorFactory(code="library.visits", measure="growth"),
        approved_state="count",
        approved_count=number,
    )


@pytest.mark.parametrize(("goes_on", "counts"), [(True, (60, 50)), (False, (70, 40))])
def test_growth_counts_a_split_institution_and_its_parts_as_one(
    territory, units, districts, communes, institutions, goes_on, counts
):
    library = institutions["98-TV-98102"]
    before = factories.ReportingRoundFactory(territory=territory, year=2024)
    after = factories.ReportingRoundFactory(territory=territory, year=2025)
    count(before, library, 100)
    where = ("commune", units["981"], districts["981"], communes["98102"])
    names = ("Thư viện Ba Sao Đông", "Thư viện Ba Sao Tây")
    parts = [Part(name, *where) for name in names[goes_on:]]
    made = split(library, parts, goes_on=goes_on)
    for institution, number in zip([library, *made] if goes_on else made, counts, strict=True):
        count(after, institution, number)
    (group,), _sums = panels(territory.pk, [Pair(2024, 2025, before.as_of, after.as_of)])
    panel = group.panel
    assert (panel.institutions, panel.in_panel) == (1, 1)
    assert (panel.base, panel.current) == (100, 110)


# The page --------------------------------------------------------------------------------------


@pytest.fixture
def sent(units, communes):
    told = {"goes_on": "no", "day": "01/04/2025", "reason": REASON}
    for number, name in enumerate(("Nhà văn hoá Ba Sao Đông", "Nhà văn hoá Ba Sao Tây"), 1):
        told |= {
            f"name_{number}": name,
            f"tier_{number}": "commune",
            f"commune_{number}": communes["98102"].pk,
            f"reporting_unit_{number}": units["981"].pk,
        }
    return told


def test_staff_splits_on_the_page(as_staff, house, sent):
    address = f"{house.get_absolute_url()}split/"
    shown = as_staff.get(address)
    assert [shown.context["form"][f"commune_{n}"].initial for n in (1, 2)] == [
        house.placements.get().commune_id
    ] * 2
    response = as_staff.post(address, sent)
    assert response["Location"] == house.get_absolute_url()
    page = as_staff.get(house.get_absolute_url()).content.decode()
    assert "/institutions/98-VH-98102-01/" in page
    assert "/institutions/98-VH-98102-02/" in page


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"name_2": ""}, {"name_2"}),
        ({"goes_on": ""}, {"goes_on"}),
        ({"day": "01/04/2027"}, {"day"}),
        ({"commune_2": ""}, {"commune_2"}),
        ({"code_1": "98-TV-981"}, {"code_1"}),
        ({"name_1": "Nhà văn hoá Ba Sao Tây"}, {"confirmed"}),
        ({"name_2": "Б" * 220}, {"name_2"}),
    ],
)
def test_page_says_at_which_part_something_is_wrong(as_staff, house, sent, changed, fields):
    response = as_staff.post(f"{house.get_absolute_url()}split/", sent | changed)
    assert (response.status_code, set(response.context["form"].errors)) == (422, fields)


@pytest.mark.parametrize(
    ("asked", "parts"),
    [("", 2), ("?parts=1", 1), ("?parts=5", 5), ("?parts=99", 2), ("?parts=²", 2)],
)
def test_page_asks_for_as_many_parts_as_wanted(as_staff, house, asked, parts):
    response = as_staff.get(f"{house.get_absolute_url()}split/{asked}")
    assert len(response.context["form"].parts) == parts


@pytest.mark.parametrize("parts", [1, 8])
def test_query_count_does_not_depend_on_the_parts(
    as_staff, house, parts, django_assert_num_queries
):
    # Session, user, memberships, successions of rights; institution, placement, years; districts,
    # communes, reporting units.
    with django_assert_num_queries(10):
        as_staff.get(f"{house.get_absolute_url()}split/?parts={parts}")


def test_part_on_district_tier_without_a_place_is_told_at_the_part(as_staff, institutions, sent):
    province = institutions["98-TV-01"]
    sent |= {"tier_2": "district", "commune_2": ""}
    response = as_staff.post(f"{province.get_absolute_url()}split/", sent)
    assert response.status_code == 422
    assert "commune_2" in response.context["form"].errors
