"""The list of institutions and the page of one, as each role sees them."""

import csv
import datetime
import io
from decimal import Decimal

import openpyxl
import pytest

from institutions.exports import harmless, written
from institutions.models import place_words
from tests import factories

LIST = "/institutions/"


def in_english(client):
    client.cookies["django_language"] = "en"
    return client


def names(response):
    return [row.record.institution.name for row in response.context["table"].rows]


def exported(response):
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))


@pytest.mark.parametrize("client", ["as_staff", "as_reporter", "as_leader"])
def test_list_shows_the_territory_to_every_role(client, institutions, other_territory, request):
    response = request.getfixturevalue(client).get(LIST)
    assert len(names(response)) == 10
    assert "territory" not in response.context["filter"].form.fields


def test_list_keeps_foreign_institutions_from_an_outsider(as_outsider, institutions):
    assert names(as_outsider.get(LIST)) == ["Thư viện huyện Khe Sanh"]


@pytest.mark.parametrize("client", ["as_national_leader", "as_administrator"])
def test_list_offers_territories_to_those_who_see_several(
    client, institutions, other_territory, request
):
    client = request.getfixturevalue(client)
    assert len(names(client.get(LIST))) == 11
    assert names(client.get(LIST, {"territory": "thanh-son"})) == ["Thư viện huyện Khe Sanh"]


def test_list_stands_in_vietnamese_order(as_staff, units):
    for name in ("Thư viện Đa Mai", "Thư viện Yên Lạc", "Thư viện Dã Tượng", "Thư viện Ân Thi"):
        factories.PlacementFactory(institution__name=name, reporting_unit=units["981"])
    assert names(as_staff.get(LIST)) == [
        "Thư viện Ân Thi", "Thư viện Dã Tượng", "Thư viện Đa Mai", "Thư viện Yên Lạc",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "duc phong"}, ["Thư viện thị xã Đức Phong"]),
        ({"q": "BA SAO thu"}, ["Thư viện xã Ba Sao"]),
        ({"q": "98-nvh"}, ["Nhà văn hoá thôn Đông"]),
        ({"q": "%"}, []),
        ({"q": "(["}, []),
        ({"kind": "museum"}, ["Bảo tàng tỉnh Hồng Lam"]),
        ({"tier": "village"}, ["Nhà văn hoá thôn Đông"]),
        ({"district": "982", "kind": "library"}, ["Thư viện thị xã Đức Phong"]),
        ({"unit": "98-tvt"}, ["Thư viện tỉnh Hồng Lam"]),
        ({"district": "971"}, []),
        ({"kind": "zoo"}, []),
    ],
)
def test_list_narrows_by_what_is_asked(as_staff, institutions, other_territory, query, expected):
    assert names(as_staff.get(LIST, query)) == expected


@pytest.mark.parametrize("asked", ["-1", "0", "1", "many", "9" * 30])
def test_length_of_a_page_stays_within_bounds(as_staff, institutions, asked):
    response = as_staff.get(LIST, {"per_page": asked})
    assert 1 <= response.context["table"].paginator.per_page <= 200


def test_address_with_a_zero_character_leads_nowhere(as_staff, institutions):
    assert as_staff.get(f"{LIST}98-TV\0981/").status_code == 404


def test_list_tells_open_from_closed(as_staff, institutions, clock):
    clock("2025-11-10")
    closed = institutions["98-TV-981"]
    closed.closed_on = datetime.date(2025, 11, 10)
    closed.save()
    assert names(as_staff.get(LIST, {"status": "closed"})) == [closed.name]
    assert len(names(as_staff.get(LIST, {"status": "open"}))) == 9


def test_list_shows_the_last_place_of_an_institution_once(as_staff, institutions, communes, units):
    placement = institutions["98-TV-98102"].placements.get()
    placement.valid_to = datetime.date(2024, 1, 1)
    placement.save()
    factories.PlacementFactory(
        institution=placement.institution,
        reporting_unit=units["981"],
        tier="commune",
        commune=communes["98103"],
        valid_from=placement.valid_to,
    )
    rows = as_staff.get(LIST, {"q": "98-TV-98102"}).context["table"].rows
    assert [row.record.commune.name for row in rows] == ["Xã Đa Mai"]


def test_list_sorts_tiers_in_the_order_of_plans(as_staff, institutions):
    tiers = [r.record.tier for r in as_staff.get(LIST, {"sort": "tier"}).context["table"].rows]
    assert list(dict.fromkeys(tiers)) == ["province", "district", "commune", "village"]


@pytest.mark.parametrize(
    "column", ["name", "code", "kind", "tier", "commune", "district", "reporting_unit", "status"]
)
def test_list_sorts_by_each_column(as_staff, institutions, column):
    for sort in (column, f"-{column}"):
        assert len(names(as_staff.get(LIST, {"sort": sort}))) == 10


def test_list_says_what_to_do_when_nothing_is_found(as_staff, institutions):
    response = in_english(as_staff).get(LIST, {"q": "không có tên này"})
    assert "Change or clear the filters" in response.content.decode()


def test_export_takes_every_page_of_what_is_filtered(as_staff, units):
    for number in range(60):
        factories.PlacementFactory(
            institution__name=f"Thư viện xã {number}", reporting_unit=units["981"]
        )
    rows = exported(as_staff.get(LIST, {"q": "thu vien", "_export": "csv", "page": 2}))
    assert len(rows) == 61


def test_export_cannot_run_a_formula(as_staff, units):
    factories.PlacementFactory(
        institution__name='=HYPERLINK("http://vi-du.vn")', reporting_unit=units["981"]
    )
    assert exported(as_staff.get(LIST, {"_export": "csv"}))[1][0].startswith("'=")
    book = openpyxl.load_workbook(io.BytesIO(as_staff.get(LIST, {"_export": "xlsx"}).content))
    assert book.active["A2"].data_type == "s"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("+7,1\xa0%", "+7,1\xa0%"),
        ("-3", "-3"),
        ("+1+cmd|x", "'+1+cmd|x"),
        ("-", "'-"),
        ("@a", "'@a"),
        (-3, -3),
    ],
)
def test_signed_number_is_no_formula(value, written):
    assert harmless(value) == written


@pytest.mark.parametrize(
    ("value", "text"),
    [(Decimal("69.9"), "69,9"), (-1.5, "-1,5"), (1234, 1234), ("1.5", "1.5"), ("", "")],
)
def test_numbers_have_decimal_commas_in_a_file(value, text):
    assert written(value) == text


def test_export_leaves_cells_without_a_value_empty(as_staff, units):
    factories.PlacementFactory(institution__opened_on=None, reporting_unit=units["981"])
    heading, row = exported(as_staff.get(LIST, {"_export": "csv"}))
    assert row[heading.index("Ngày thành lập")] == ""


def test_export_marks_sample_rows(as_staff, units):
    for sample in (True, False):
        factories.PlacementFactory(institution__is_sample=sample, reporting_unit=units["981"])
    rows = exported(in_english(as_staff).get(LIST, {"_export": "csv"}))
    assert [row[-1] for row in rows] == ["Data", "sample", ""]


@pytest.mark.parametrize("sample", [True, False])
def test_list_bears_the_sample_mark_with_sample_rows_only(as_staff, units, sample):
    factories.PlacementFactory(institution__is_sample=sample, reporting_unit=units["981"])
    assert as_staff.get(LIST).context["sample"] is sample


@pytest.mark.parametrize("n", [1, 3])
def test_list_query_count_is_constant(as_staff, units, n, django_assert_num_queries):
    for _ in range(n):
        factories.PlacementFactory(reporting_unit=units["981"])
    # session, user, memberships, successions, territories; choices of district and unit, sample
    # mark, count, rows; years of the frame.
    with django_assert_num_queries(11):
        response = as_staff.get(LIST)
    assert len(names(response)) == n


# One institution -----------------------------------------------------------------------------


def page(institution):
    return institution.get_absolute_url()


@pytest.mark.parametrize(
    ("client", "status"),
    [
        ("as_staff", 200),
        ("as_reporter", 200),
        ("as_other_reporter", 200),
        ("as_leader", 200),
        ("as_national_leader", 200),
        ("as_administrator", 200),
        ("as_outsider", 404),
    ],
)
def test_page_is_seen_within_the_territory(client, status, institutions, request):
    client = request.getfixturevalue(client)
    assert client.get(page(institutions["98-TV-981"])).status_code == status


def test_page_of_an_unknown_code_is_not_found(as_staff):
    assert as_staff.get("/institutions/khong-co/").status_code == 404


@pytest.mark.parametrize(
    ("client", "seen"),
    [
        ("as_staff", True),
        ("as_administrator", True),
        ("as_reporter", False),
        ("as_leader", False),
        ("as_national_leader", False),
    ],
)
def test_page_shows_changes_to_department_and_administrator(client, seen, institutions, request):
    response = request.getfixturevalue(client).get(page(institutions["98-TV-981"]))
    assert (response.context["history"] is not None) is seen


def test_page_tells_what_was_changed_and_by_whom(as_staff, staff, institutions):
    institution = institutions["98-TV-981"]
    institution.name, institution._history_user = "Thư viện An Bình", staff
    institution.save()
    newest = as_staff.get(page(institution)).context["history"][0]
    assert newest.by == staff
    assert [(change.before, change.after) for change in newest.changes] == [
        ("Thư viện huyện An Bình", "Thư viện An Bình")
    ]


def test_page_names_the_unit_that_a_place_became(as_staff, institutions, communes):
    ward = factories.CommuneFactory(
        name="Phường Sông Lam",
        kind="phường",
        parent=None,
        valid_from=factories.REFORM,
        valid_to=None,
    )
    factories.SuccessionFactory(predecessor=communes["98102"], successor=ward)
    placements = as_staff.get(page(institutions["98-TV-98102"])).context["placements"]
    assert [became.successor for _placement, became in placements] == [ward]


def test_page_leads_to_the_institutions_before_and_after(as_staff, institutions):
    old, new = institutions["98-VH-98102"], institutions["98-VH-98103"]
    factories.ContinuationFactory(predecessor=old, successor=new)
    assert page(new) in as_staff.get(page(old)).content.decode()
    assert page(old) in as_staff.get(page(new)).content.decode()


@pytest.mark.parametrize("n", [1, 3])
def test_page_query_count_is_constant(as_staff, units, communes, n, django_assert_num_queries):
    institution = factories.InstitutionFactory(opened_on=None)
    for year in range(n):
        factories.PlacementFactory(
            institution=institution,
            reporting_unit=units["981"],
            commune=communes["98102"],
            valid_from=datetime.date(2020 + year, 1, 1),
            valid_to=datetime.date(2021 + year, 1, 1),
        )
        institution.name = f"Tên thứ {year}"
        institution.save()
    # session, user, memberships, successions of rights; institution, placements, successions;
    # origins, continuations; three histories and the names in them (units, reporting units); years.
    with django_assert_num_queries(15):
        response = as_staff.get(page(institution))
    assert len(response.context["placements"]) == n


@pytest.mark.parametrize(
    ("codes", "place"),
    [
        (("98102", "981", None), "Xã Ba Sao, huyện An Bình"),
        ((None, "981", None), "Huyện An Bình"),
        ((None, None, None), ""),
    ],
)
def test_units_inside_a_phrase_begin_small(territory, communes, districts, codes, place):
    units_ = {**communes, **districts}
    assert place_words(*(units_.get(code) for code in codes)) == place


def test_administration_greets_by_the_whole_name():
    person = factories.UserFactory.build(last_name="Quản trị", first_name="hệ thống")
    assert person.get_short_name() == "Quản trị hệ thống"
