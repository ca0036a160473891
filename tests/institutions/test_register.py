"""The register that the Department keeps: what each change does, and what is refused in words."""

import datetime

import pytest

from institutions.models import BEFORE_OUR_RECORDS, Continuation, Institution, Kind, Placement
from institutions.register import services
from tests import factories

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2025, 5, 20)
REASON = "Quyết định số 12/QĐ-UBND ngày 05/3/2025"


def day(text):
    return datetime.date.fromisoformat(text)


@pytest.fixture(autouse=True)
def _today(clock):
    clock(TODAY)


@pytest.fixture
def library(institutions):
    return institutions["98-TV-98102"]


@pytest.fixture
def new(territory, units, districts, communes):
    """What `add_institution` is told of a library in Xã Đa Mai."""
    return {
        "territory": territory,
        "name": "Thư viện xã Đa Mai",
        "kind": "library",
        "tier": "commune",
        "reporting_unit": units["981"],
        "district": districts["981"],
        "commune": communes["98103"],
        "opened_on": day("2025-03-01"),
        "reason": REASON,
    }


def fields_of(refused):
    return set(refused.value.message_dict)


# Days ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "after", "ahead", "fits"),
    [
        ("2025-05-20", None, 0, True),
        ("2025-05-21", None, 0, False),
        ("2026-05-21", None, 366, True),
        ("2026-05-22", None, 366, False),
        ("2020-01-02", "2020-01-01", 366, True),
        ("2020-01-01", "2020-01-01", 366, False),
        ("1900-01-01", None, 366, False),
    ],
)
def test_day_of_a_change_lies_after_its_beginning_and_not_far_ahead(asked, after, ahead, fits):
    fault = services.check_day(day(asked), after=after and day(after), today=TODAY, ahead=ahead)
    assert (fault == "") is fits


# Adding ----------------------------------------------------------------------------------------


def test_add_enters_an_institution_with_its_place(new, staff):
    made = services.add_institution(**new, by=staff)
    place = made.placements.get()
    assert (made.code, made.opened_on) == ("98-TV-98103-01", new["opened_on"])
    assert (place.commune, place.valid_from) == (new["commune"], new["opened_on"])
    recorded = made.history.get()
    assert (recorded.history_user, recorded.history_change_reason) == (staff, REASON)


def test_add_without_a_day_places_since_before_our_records(new):
    made = services.add_institution(**{**new, "opened_on": None})
    assert made.placements.get().valid_from == BEFORE_OUR_RECORDS


def test_proposed_code_is_the_next_free_one(new, territory, districts, communes):
    services.add_institution(**new)
    where = (districts["981"], communes["98103"])
    assert services.proposed_code(territory, Kind.LIBRARY, *where) == "98-TV-98103-02"
    assert services.proposed_code(territory, Kind.MUSEUM, *where) == "98-BT-98103-01"
    assert services.proposed_code(territory, Kind.CULTURE_CENTRE, None, None) == "98-VH-01"


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"code": "98-tv-981"}, "code"),
        ({"code": "new"}, "code"),
        ({"code": "a/b"}, "code"),
        ({"code": ".."}, "code"),
        ({"name": "Б" * 200}, "name"),
        ({"opened_on": day("2027-01-01")}, "opened_on"),
        ({"opened_on": day("2025-07-01")}, "opened_on"),
        ({"commune": None}, "commune"),
        ({"tier": "district", "district": None, "commune": None}, "district"),
    ],
)
def test_add_refuses_beside_the_field(new, institutions, told, field):
    with pytest.raises(services.RegisterError) as refused:
        services.add_institution(**{**new, **told})
    assert field in fields_of(refused)
    assert Institution.objects.count() == len(institutions)


def test_add_refuses_a_place_in_another_district(new, communes):
    with pytest.raises(services.RegisterError) as refused:
        services.add_institution(**{**new, "commune": communes["98202"]})
    assert fields_of(refused) == {"commune"}


def test_add_refuses_a_reporting_unit_of_another_territory(new, other_territory):
    foreign = other_territory.reporting_units.get()
    with pytest.raises(services.RegisterError) as refused:
        services.add_institution(**{**new, "reporting_unit": foreign})
    assert fields_of(refused) == {"reporting_unit"}


def test_add_asks_before_a_second_one_of_the_same_name(new):
    services.add_institution(**new)
    again = {**new, "name": "THƯ VIỆN  xã Đa mai"}
    with pytest.raises(services.SameName):
        services.add_institution(**again)
    assert services.add_institution(**again, confirmed=True).code == "98-TV-98103-02"


@pytest.mark.parametrize("differs", ["kind", "commune", "closed"])
def test_add_does_not_ask_where_the_namesake_is_another(new, communes, differs):
    first = services.add_institution(**new)
    other = {"kind": {"kind": "museum"}, "commune": {"commune": communes["98102"]}, "closed": {}}
    if differs == "closed":
        services.close_institution(first, day=day("2025-05-01"), reason=REASON)
    assert services.add_institution(**{**new, **other[differs]})


# Renaming --------------------------------------------------------------------------------------


def test_rename_keeps_the_former_name_and_its_day(library, staff):
    services.rename_institution(
        library, name="Thư viện Bạch Sao", day=day("2025-04-01"), reason=REASON, by=staff
    )
    library.refresh_from_db()
    newest = library.history.first()
    assert library.name == "Thư viện Bạch Sao"
    assert newest.history_user == staff
    assert newest.history_change_reason == f"01/04/2025: {REASON}"
    assert "Thư viện xã Ba Sao" in library.history.values_list("name", flat=True)


def test_rename_moves_the_institution_in_the_order_of_names(library):
    before = library.sort_key
    services.rename_institution(library, name="Ân Thi", day=TODAY, reason=REASON)
    library.refresh_from_db()
    assert library.sort_key != before


@pytest.mark.parametrize(
    ("name", "on", "field"),
    [
        ("Thư viện xã Ba Sao", "2025-04-01", "name"),
        ("Thư viện Bạch Sao", "2025-05-21", "day"),
        ("Б" * 200, "2025-04-01", "name"),
    ],
)
def test_rename_refuses_beside_the_field(library, name, on, field):
    with pytest.raises(services.RegisterError) as refused:
        services.rename_institution(library, name=name, day=day(on), reason=REASON)
    assert fields_of(refused) == {field}


def test_rename_asks_before_taking_the_name_of_a_neighbour(institutions, new):
    made = services.add_institution(**{**new, "name": "Thư viện Một"})
    services.add_institution(**{**new, "name": "Thư viện Hai"})
    with pytest.raises(services.SameName):
        services.rename_institution(made, name="thư viện hai", day=TODAY, reason=REASON)


# Moving ----------------------------------------------------------------------------------------


@pytest.fixture
def there(units, districts, communes):
    """What `move_institution` is told of Xã Đa Mai."""
    return {
        "tier": "commune",
        "reporting_unit": units["981"],
        "district": districts["981"],
        "commune": communes["98103"],
        "reason": REASON,
    }


def test_move_ends_the_former_place_where_the_next_begins(library, there, staff):
    services.move_institution(library, day=day("2025-04-01"), **there, by=staff)
    assert list(library.placements.values_list("commune__code", "valid_from", "valid_to")) == [
        ("98102", BEFORE_OUR_RECORDS, day("2025-04-01")),
        ("98103", day("2025-04-01"), None),
    ]
    written = Placement.history.filter(institution_id=library.pk).exclude(history_user=None)
    assert {row.history_change_reason for row in written} == {REASON}
    assert written.count() == 2


@pytest.mark.parametrize("on", ["2025-04-01", "2025-03-01"])
def test_move_refuses_a_day_within_an_earlier_move(library, there, communes, on):
    services.move_institution(library, day=day("2025-04-01"), **there)
    with pytest.raises(services.RegisterError) as refused:
        services.move_institution(library, day=day(on), **{**there, "commune": communes["98101"]})
    assert fields_of(refused) == {"day"}


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"on": "2025-07-01"}, "day"),
        ({"on": "2027-01-01"}, "day"),
        ({"commune": None}, "commune"),
    ],
)
def test_move_refuses_beside_the_field(library, there, told, field):
    told = dict(told)
    on = day(told.pop("on", "2025-04-01"))
    with pytest.raises(services.RegisterError) as refused:
        services.move_institution(library, day=on, **{**there, **told})
    assert fields_of(refused) == {field}
    assert library.placements.count() == 1


def test_move_refuses_to_change_nothing(library, there, communes):
    with pytest.raises(services.RegisterError):
        services.move_institution(
            library, day=day("2025-04-01"), **{**there, "commune": communes["98102"]}
        )


def test_move_refuses_a_closed_institution(library, there):
    services.close_institution(library, day=day("2025-04-01"), reason=REASON)
    with pytest.raises(services.RegisterError):
        services.move_institution(library, day=day("2025-05-01"), **there)


# Closing and reopening -------------------------------------------------------------------------


def test_close_keeps_day_reason_and_person(library, staff):
    services.close_institution(library, day=day("2025-04-01"), reason=REASON, by=staff)
    library.refresh_from_db()
    newest = library.history.first()
    assert library.closed_on == day("2025-04-01")
    assert (newest.history_user, newest.history_change_reason) == (staff, REASON)


@pytest.mark.parametrize("on", ["2025-03-01", "2025-02-01", "2027-01-01"])
def test_close_refuses_a_day_before_the_opening_or_far_ahead(new, on):
    made = services.add_institution(**new)
    with pytest.raises(services.RegisterError) as refused:
        services.close_institution(made, day=day(on), reason=REASON)
    assert fields_of(refused) == {"day"}


def test_close_refuses_a_day_before_the_last_move(library, there):
    services.move_institution(library, day=day("2025-04-01"), **there)
    with pytest.raises(services.RegisterError):
        services.close_institution(library, day=day("2025-03-31"), reason=REASON)


def test_close_refuses_a_closed_institution(library):
    services.close_institution(library, day=day("2025-04-01"), reason=REASON)
    with pytest.raises(services.RegisterError):
        services.close_institution(library, day=day("2025-05-01"), reason=REASON)


def test_reopen_takes_a_closure_back(library, staff):
    services.close_institution(library, day=day("2025-04-01"), reason=REASON)
    services.reopen_institution(library, reason="Nhập nhầm", by=staff)
    library.refresh_from_db()
    assert library.closed_on is None
    assert library.history.first().history_change_reason == "Nhập nhầm"


def test_reopen_refuses_an_open_institution(library):
    with pytest.raises(services.RegisterError):
        services.reopen_institution(library, reason=REASON)


# Merging ---------------------------------------------------------------------------------------


@pytest.fixture
def houses(institutions):
    """Two culture houses and the one they go on in."""
    return [institutions[code] for code in ("98-VH-98102", "98-VH-98103", "98-VH-981")]


def test_merge_closes_the_former_ones_and_names_where_they_go_on(houses, staff):
    *former, into = houses
    services.merge_institutions(
        former, successor=into, day=day("2025-04-01"), reason=REASON, by=staff
    )
    assert set(Continuation.objects.values_list("predecessor", "successor", "kind", "date")) == {
        (each.pk, into.pk, "merged", day("2025-04-01")) for each in former
    }
    for each in houses:
        each.refresh_from_db()
    assert [each.closed_on for each in houses] == [day("2025-04-01")] * 2 + [None]
    assert {row.history_user for row in Continuation.history.all()} == {staff}


def test_merge_is_done_wholly_or_not_at_all(houses):
    first, second, into = houses
    services.close_institution(second, day=day("2025-03-01"), reason=REASON)
    with pytest.raises(services.RegisterError):
        services.merge_institutions(
            [first, second], successor=into, day=day("2025-04-01"), reason=REASON
        )
    first.refresh_from_db()
    assert first.closed_on is None
    assert not Continuation.objects.exists()


def test_merge_refuses_itself_another_kind_and_a_closed_one(houses, institutions):
    first, second, _into = houses
    services.close_institution(second, day=day("2025-03-01"), reason=REASON)
    for successor in (first, institutions["98-TV-981"], second):
        with pytest.raises(services.RegisterError) as refused:
            services.merge_institutions(
                [first], successor=successor, day=day("2025-04-01"), reason=REASON
            )
        assert fields_of(refused) == {"successor"}


def test_merge_refuses_a_successor_that_opens_later(houses, new):
    later = services.add_institution(**{**new, "kind": "culture_centre"})
    with pytest.raises(services.RegisterError) as refused:
        services.merge_institutions(
            houses[:1], successor=later, day=day("2025-02-01"), reason=REASON
        )
    assert fields_of(refused) == {"day"}


def test_reopen_takes_the_merger_of_that_day_back(houses):
    first, _second, into = houses
    services.merge_institutions([first], successor=into, day=day("2025-04-01"), reason=REASON)
    assert services.reopen_institution(first, reason="Nhập nhầm") == [into]
    assert not Continuation.objects.exists()
    removed = Continuation.history.get(history_type="-")
    assert removed.history_change_reason == "Nhập nhầm"
    services.merge_institutions([first], successor=into, day=day("2025-04-02"), reason=REASON)
    assert Continuation.objects.count() == 1


# The pages -------------------------------------------------------------------------------------


def errors(response):
    return set(response.context["form"].errors)


def test_staff_adds_an_institution_on_its_page(as_staff, staff, institutions, units, communes):
    sent = {
        "name": "Thư viện xã Đa Mai",
        "kind": "library",
        "tier": "commune",
        "commune": communes["98103"].pk,
        "reporting_unit": units["981"].pk,
        "opened_on": "01/03/2025",
        "reason": REASON,
    }
    response = as_staff.post("/institutions/new/hong-lam/", sent)
    assert response["Location"] == "/institutions/98-TV-98103-01/"
    made = Institution.objects.get(code="98-TV-98103-01")
    assert made.placements.get().district.code == "981"
    page = as_staff.get(response["Location"])
    assert {(entry.by, entry.reason) for entry in page.context["history"]} == {(staff, REASON)}
    assert REASON in page.content.decode()

    again = as_staff.post("/institutions/new/hong-lam/", sent)
    assert (again.status_code, errors(again)) == (422, {"confirmed"})
    assert 'type="checkbox" name="confirmed"' in again.content.decode()
    assert (
        as_staff.post("/institutions/new/hong-lam/", {**sent, "confirmed": "on"})["Location"]
        == "/institutions/98-TV-98103-02/"
    )


@pytest.mark.parametrize(
    ("step", "sent", "closed_on", "name"),
    [
        ("rename", {"name": "Nhà văn hoá Ba Sao", "day": "01/04/2025"}, None, "Nhà văn hoá Ba Sao"),
        ("close", {"day": "01/04/2025"}, day("2025-04-01"), "Nhà văn hoá xã Ba Sao"),
        (
            "merge",
            {"successor": "98-vh-98103", "kind": "merged", "day": "01/04/2025"},
            day("2025-04-01"),
            "Nhà văn hoá xã Ba Sao",
        ),
    ],
)
def test_staff_changes_an_institution_on_its_page(
    as_staff, institutions, step, sent, closed_on, name
):
    institution = institutions["98-VH-98102"]
    address = f"{institution.get_absolute_url()}{step}/"
    without = as_staff.post(address, sent)
    assert (without.status_code, errors(without)) == (422, {"reason"})
    response = as_staff.post(address, {**sent, "reason": REASON})
    assert response["Location"] == institution.get_absolute_url()
    institution.refresh_from_db()
    assert (institution.closed_on, institution.name) == (closed_on, name)


def test_staff_moves_and_reopens_on_the_pages(as_staff, institutions, units, communes):
    institution = institutions["98-VH-98102"]
    base = institution.get_absolute_url()
    sent = {
        "tier": "commune",
        "commune": communes["98202"].pk,
        "reporting_unit": units["982"].pk,
        "day": "01/04/2025",
        "reason": REASON,
    }
    assert as_staff.post(f"{base}move/", sent).status_code == 302
    last = institution.placements.order_by("valid_from").last()
    assert (last.district.code, last.reporting_unit.code) == ("982", "982")
    services.close_institution(institution, day=day("2025-05-01"), reason=REASON)
    assert as_staff.post(f"{base}reopen/", {"reason": "Nhập nhầm"}).status_code == 302
    institution.refresh_from_db()
    assert institution.closed_on is None


@pytest.mark.parametrize(
    ("step", "sent", "field"),
    [
        ("close", {"day": "01/04/2027"}, "day"),
        ("close", {"day": "32/04/2025"}, "day"),
        ("rename", {"name": "Nhà văn hoá xã Ba Sao", "day": "01/04/2025"}, "name"),
        ("reopen", {}, "__all__"),
        ("merge", {"successor": "97-TV-971", "kind": "merged", "day": "01/04/2025"}, "successor"),
    ],
)
def test_page_says_beside_the_field_what_cannot_be(
    as_staff, institutions, other_territory, step, sent, field
):
    institution = institutions["98-VH-98102"]
    response = as_staff.post(f"{institution.get_absolute_url()}{step}/", {**sent, "reason": REASON})
    assert (response.status_code, errors(response)) == (422, {field})


def test_form_offers_no_unit_of_another_territory(as_staff, institutions, other_territory):
    institution = institutions["98-VH-98102"]
    foreign = other_territory.reporting_units.get()
    response = as_staff.post(
        f"{institution.get_absolute_url()}move/",
        {"tier": "district", "reporting_unit": foreign.pk, "day": "01/04/2025", "reason": REASON},
    )
    assert "reporting_unit" in errors(response)


def test_adding_supposes_no_kind_tier_or_unit(as_staff, institutions):
    sent = {"name": "Thư viện xã Đa Mai", "kind": "", "tier": "", "reason": REASON}
    response = as_staff.post("/institutions/new/hong-lam/", sent)
    assert errors(response) == {"kind", "tier", "reporting_unit"}
    assert response.content.decode().count('<option value="" selected>') == 5


@pytest.mark.parametrize(("client", "led"), [("as_staff", True), ("as_reporter", False)])
def test_only_staff_is_led_to_the_changes(client, led, institutions, request):
    client = request.getfixturevalue(client)
    institution = institutions["98-TV-981"]
    detail = client.get(institution.get_absolute_url()).content.decode()
    assert (f"{institution.get_absolute_url()}close/" in detail) is led
    assert ("/institutions/new/hong-lam/" in client.get("/institutions/").content.decode()) is led


def test_closed_institution_offers_to_be_reopened_alone(as_staff, library):
    services.close_institution(library, day=day("2025-04-01"), reason=REASON)
    page = as_staff.get(library.get_absolute_url()).content.decode()
    assert f"{library.get_absolute_url()}reopen/" in page
    assert f"{library.get_absolute_url()}move/" not in page


def test_changes_say_that_open_rounds_follow_later(as_staff, institutions):
    page = as_staff.get(f"{institutions['98-TV-981'].get_absolute_url()}close/").content.decode()
    assert "/reporting/?territory=hong-lam" in page


def test_change_leads_to_the_rounds_that_follow(as_staff, institutions):
    address = f"{institutions['98-TV-981'].get_absolute_url()}close/"
    page = as_staff.post(address, {"day": "01/04/2025", "reason": REASON}, follow=True)
    assert '<a href="/reporting/?territory=hong-lam">' in page.content.decode()


@pytest.mark.parametrize("n", [1, 4])
@pytest.mark.parametrize(
    ("step", "queries"), [("rename", 7), ("move", 10), ("close", 7), ("reopen", 7), ("merge", 8)]
)
def test_query_count_of_the_changes_is_constant(
    as_staff, institutions, units, communes, step, queries, n, django_assert_num_queries
):
    for _each in range(n):
        factories.PlacementFactory(reporting_unit=units["981"], commune=communes["98102"])
    # session, user, memberships, successions of rights; institution, placement, years; the choices:
    # districts, communes, reporting units, or institutions nearby.
    with django_assert_num_queries(queries):
        as_staff.get(f"{institutions['98-TV-981'].get_absolute_url()}{step}/")


@pytest.mark.parametrize("n", [1, 4])
def test_query_count_of_adding_is_constant(
    as_staff, units, districts, n, django_assert_num_queries
):
    for _each in range(n):
        factories.CommuneFactory(parent=districts["981"])
        factories.ReportingUnitFactory(territory=districts["981"].parent)
    with django_assert_num_queries(9):
        as_staff.get("/institutions/new/hong-lam/")
