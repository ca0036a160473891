"""The list import: what a file would change, what is refused and why, and entering it at once."""

import csv
import datetime
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from institutions.lists import services
from institutions.lists.columns import Column, column_of, read_day
from institutions.lists.diff import Outcome
from institutions.lists.template import template
from institutions.lists.wording import labels
from institutions.models import Institution, ListImport, Placement
from institutions.register import services as register
from tests import factories

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2025, 5, 20)
DAY = datetime.date(2025, 4, 1)
REASON = "Quyết định số 12/QĐ-UBND ngày 05/3/2025"
HEADINGS = {
    "code": "Mã",
    "name": "Tên thiết chế",
    "kind": "Loại",
    "tier": "Cấp",
    "district": "Huyện",
    "commune": "Xã",
    "reporting_unit": "Đơn vị báo cáo",
    "opened_on": "Ngày thành lập",
    "closed_on": "Ngày đóng cửa",
}
NEW = {
    "name": "Thư viện xã Đa Mai",
    "kind": "Thư viện",
    "tier": "Cấp xã",
    "commune": "Xã Đa Mai",
    "reporting_unit": "UBND Huyện An Bình",
    "opened_on": "01/03/2025",
}


@pytest.fixture(autouse=True)
def _today(clock, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    clock(TODAY)


def written(*rows, headings=HEADINGS):
    out = io.StringIO()
    file = csv.writer(out, delimiter=";")
    file.writerow(headings.values())
    for row in rows:
        file.writerow([row.get(column, "") for column in headings])
    return out.getvalue().encode("utf-8-sig")


def sent(content, name="danh-sach.csv"):
    return SimpleUploadedFile(name, content)


@pytest.fixture
def read(territory, institutions, staff):
    """Keep a file of these rows; the plan of its preview."""

    def read(*rows, headings=HEADINGS):
        kept = services.keep(sent(written(*rows, headings=headings)), territory=territory, by=staff)
        return kept, services.preview(kept).plan

    return read


@pytest.fixture
def enter(read, staff):
    def enter(*rows, confirmed=(), day=DAY, only_valid=False):
        kept, plan = read(*rows)
        return services.apply(
            kept,
            fingerprint=plan.fingerprint,
            confirmed=confirmed,
            day=day,
            reason=REASON,
            only_valid=only_valid,
            by=staff,
        )

    return enter


def only(plan):
    (entry,) = plan.entries
    return entry


# Columns ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Mã thiết chế", Column.CODE),
        ("MA THIET CHE", Column.CODE),
        ("  tên   thiết chế ", Column.NAME),
        ("Quan/huyen", Column.DISTRICT),
        ("reporting_unit", Column.REPORTING_UNIT),
        ("STT", None),
        ("", None),
    ],
)
def test_headings_are_known_with_and_without_diacritics(heading, column):
    assert column_of(heading) == column


@pytest.mark.parametrize("language", ["vi", "en"])
def test_headings_of_the_template_are_read_back(language):
    with override(language):
        assert [column_of(label) for label in labels().values()] == list(Column)


@pytest.mark.parametrize("text", ["30/11/2025", "30-11-2025", "2025-11-30", "2025-11-30 00:00:00"])
def test_day_is_read_as_people_write_it(text):
    assert read_day(text) == datetime.date(2025, 11, 30)


@pytest.mark.parametrize("text", ["2025", "11/2025", "31/11/2025", "30/11/25", "٣0/11/2025", "x"])
def test_what_names_no_day_is_refused(text):
    with pytest.raises(ValueError, match=re.escape(text) + "|day|month"):
        read_day(text)


@pytest.mark.parametrize(
    "headings",
    [{"code": "Mã", "kind": "Loại"}, {"name": "Tên"}, {"name": "Tên", "code": "Tên gọi"}],
)
def test_file_without_the_columns_of_a_list_is_refused(read, headings):
    with pytest.raises(services.ListRefused):
        read({"name": "Thư viện"}, headings=headings)
    assert not ListImport.objects.exists()


# What a row would change -------------------------------------------------------------------------


def test_new_row_is_read_with_the_next_free_code(read, units, communes):
    entry = only(read(NEW)[1])
    assert (entry.outcome, entry.code) == (Outcome.NEW, "98-TV-98103-01")
    place = entry.wanted.place
    assert (place.commune, place.district.code, place.reporting_unit) == (
        communes["98103"],
        "981",
        units["981"],
    )


def test_new_rows_of_one_place_get_codes_in_turn(read):
    rows = [{**NEW, "name": f"Thư viện {n}"} for n in (1, 2)]
    rows.insert(1, {**NEW, "name": "Thư viện 3", "code": "98-TV-98103-02"})
    codes = [entry.code for entry in read(*rows)[1].entries]
    assert codes == ["98-TV-98103-01", "98-TV-98103-02", "98-TV-98103-03"]


@pytest.mark.parametrize(
    "cells",
    [
        {"kind": "THU VIEN", "tier": "xã", "commune": "da mai"},
        {"kind": "library", "tier": "commune", "commune": "98103", "reporting_unit": "981"},
        {"kind": "Library", "tier": "Commune level", "district": "An Bình"},
        {"opened_on": "2025-03-01"},
    ],
)
def test_words_are_read_in_many_ways(read, cells):
    entry = only(read(NEW | cells)[1])
    assert (entry.outcome, entry.wanted.opened_on) == (Outcome.NEW, datetime.date(2025, 3, 1))


@pytest.mark.parametrize(
    ("cells", "columns"),
    [
        ({"name": ""}, {"name"}),
        ({"kind": "", "reporting_unit": ""}, {"kind", "reporting_unit"}),
        ({"kind": "Rạp hát"}, {"kind"}),
        ({"tier": "cấp vùng", "opened_on": "năm 2020"}, {"tier", "opened_on"}),
        ({"commune": ""}, {"commune"}),
        ({"commune": "Xã Lạ"}, {"commune"}),
        ({"commune": "Xã Bến Đá", "district": "Huyện An Bình"}, {"commune"}),
        ({"district": "Huyện Lạ", "commune": ""}, {"district"}),
        ({"reporting_unit": "UBND huyện Lạ"}, {"reporting_unit"}),
        ({"opened_on": "01/07/2025"}, {"opened_on"}),
        ({"opened_on": "01/01/2027"}, {"opened_on"}),
        ({"closed_on": "01/03/2025"}, {"closed_on"}),
        ({"name": "Б" * 220}, {"name"}),
        ({"code": "mã/lạ"}, {"code"}),
        ({"code": "import"}, {"code"}),
        ({"code": "98-TV-" + "1" * 40}, {"code"}),
        ({"code": "97-TV-971"}, {"code"}),
        ({"code": "97-tv-971"}, {"code"}),
    ],
)
def test_row_that_cannot_be_entered_says_why_by_column(read, other_territory, cells, columns):
    entry = only(read(NEW | cells)[1])
    assert (entry.outcome, set(entry.faults)) == (Outcome.INVALID, columns)


def test_second_row_with_the_same_code_is_invalid(read):
    row = {"code": "98-TV-981", "name": "Thư viện huyện An Bình"}
    same, again = read(row, row | {"code": "98-tv-981"})[1].entries
    assert (same.outcome, again.outcome) == (Outcome.SAME, Outcome.INVALID)


def test_commune_of_two_districts_is_asked_for_by_its_code(read, districts):
    factories.CommuneFactory(code="98204", name="Xã Đa Mai", parent=districts["982"])
    entry = only(read(NEW)[1])
    assert "98103, 98204" in entry.faults["commune"]
    assert only(read(NEW | {"district": "Huyện An Bình"})[1]).outcome is Outcome.NEW


def test_neighbours_that_differ_by_a_diacritic_are_told_apart(read, districts):
    other = factories.CommuneFactory(code="98104", name="Xã Ba Sáo", parent=districts["981"])
    row = {"code": "98-TV-98102", "name": "Thư viện xã Ba Sao"}
    assert only(read(row | {"commune": "Xã Ba Sao"})[1]).outcome is Outcome.SAME
    assert only(read(row | {"commune": "xa ba sao"})[1]).outcome is Outcome.SAME
    assert only(read(row | {"commune": "ba sáo"})[1]).wanted.place.commune == other


@pytest.mark.parametrize(
    ("cells", "changed"),
    [
        ({}, ()),
        ({"name": "  Thư viện  xã Ba Sao ", "kind": "thu vien", "tier": "Cấp xã"}, ()),
        ({"commune": "98102", "district": "an binh"}, ()),
        ({"name": "Thư viện Ba Sao"}, ("name",)),
        ({"commune": "Xã Bến Đá"}, ("district", "commune")),
        ({"reporting_unit": "98-tvt"}, ("reporting_unit",)),
        ({"tier": "Cấp huyện", "commune": "-"}, ("tier", "commune")),
        ({"opened_on": "01/01/2010"}, ("opened_on",)),
        ({"closed_on": "01/04/2025"}, ("closed_on",)),
        ({"closed_on": "01/04/2025", "name": "Thư viện Ba Sao"}, ("name", "closed_on")),
    ],
)
def test_known_institution_is_compared_cell_by_cell(read, cells, changed):
    entry = only(read({"code": "98-TV-98102", "name": "Thư viện xã Ba Sao"} | cells)[1])
    assert entry.changed == changed
    assert entry.outcome is (Outcome.CHANGED if changed else Outcome.SAME)


@pytest.mark.parametrize(
    ("cells", "columns"),
    [
        ({"kind": "Bảo tàng"}, {"kind"}),
        ({"commune": "-"}, {"commune"}),
        ({"closed_on": "-"}, {"closed_on"}),
        ({"closed_on": "01/01/2030"}, {"closed_on"}),
        ({"closed_on": "01/04/2025", "reporting_unit": "98-tvt"}, {"closed_on"}),
        ({"opened_on": "01/01/2030"}, {"opened_on"}),
    ],
)
def test_change_that_no_page_allows_is_invalid(read, cells, columns):
    entry = only(read({"code": "98-TV-98102", "name": "Thư viện xã Ba Sao"} | cells)[1])
    assert (entry.outcome, set(entry.faults)) == (Outcome.INVALID, columns)


def test_closed_institution_neither_moves_nor_closes_again(read, institutions):
    register.close_institution(institutions["98-TV-98102"], day=DAY, reason=REASON)
    row = {"code": "98-TV-98102", "name": "Thư viện xã Ba Sao"}
    assert only(read(row | {"closed_on": "01/04/2025"})[1]).outcome is Outcome.SAME
    assert set(only(read(row | {"closed_on": "02/04/2025"})[1]).faults) == {"closed_on"}
    assert set(only(read(row | {"reporting_unit": "98-tvt"})[1]).faults) == {"code"}


@pytest.mark.parametrize(
    "row",
    [
        NEW | {"name": "thư viện xã BA SAO", "commune": "Xã Ba Sao"},
        NEW | {"name": "Thư viện xã Ba Sao", "commune": "Xã Ba Sao", "code": "98-TV-98102-09"},
        {"code": "98-VH-98102", "name": "Thư viện xã Ba Sao"},
    ],
)
def test_same_name_and_place_as_another_one_is_doubtful(read, row):
    entry = only(read(row)[1])
    assert (entry.outcome, entry.alike) == (Outcome.DOUBTFUL, ("98-TV-98102",))


def test_same_name_and_place_twice_in_a_file_is_doubtful(read):
    first, second = read(NEW, NEW)[1].entries
    assert (first.outcome, second.outcome) == (Outcome.NEW, Outcome.DOUBTFUL)
    assert "2" in second.alike[0]


def test_two_institutions_may_swap_their_names(read):
    rows = [
        {"code": "98-VH-98102", "name": "Thư viện xã Ba Sao"},
        {"code": "98-TV-98102", "name": "Nhà văn hoá xã Ba Sao"},
    ]
    assert {entry.outcome for entry in read(*rows)[1].entries} == {Outcome.CHANGED}


# Entering ----------------------------------------------------------------------------------------


def test_entering_writes_rows_with_their_history(enter, staff, communes):
    plan = enter(
        NEW,
        {"code": "98-TV-98102", "name": "Thư viện Ba Sao"},
        {"code": "98-VH-98102", "name": "Nhà văn hoá xã Ba Sao", "commune": "Xã Bến Đá"},
        {"code": "98-VH-98103", "name": "Nhà văn hoá xã Đa Mai", "closed_on": "01/04/2025"},
        {"code": "98-TV-981", "name": "Thư viện huyện An Bình"},
    )
    assert plan.tally == {"new": 1, "changed": 3, "same": 1, "doubtful": 0, "invalid": 0}
    made = Institution.objects.get(code="98-TV-98103-01")
    assert (made.name, made.placements.get().valid_from) == (NEW["name"], datetime.date(2025, 3, 1))
    renamed, moved, closed, same = (
        Institution.objects.get(code=code)
        for code in ("98-TV-98102", "98-VH-98102", "98-VH-98103", "98-TV-981")
    )
    assert renamed.name == "Thư viện Ba Sao"
    assert renamed.history.first().history_change_reason == f"01/04/2025: {REASON}"
    former, now = moved.placements.order_by("valid_from")
    assert (former.valid_to, now.valid_from, now.commune) == (DAY, DAY, communes["98202"])
    assert closed.closed_on == DAY
    for row in (made, renamed, closed, former, now):
        newest = row.history.first()
        assert newest.history_user == staff
        assert REASON in newest.history_change_reason
    assert same.history.filter(history_user=staff).count() == 0


def test_entered_list_changes_nothing_the_second_time(enter, read):
    rows = [NEW, {"code": "98-TV-98102", "name": "Thư viện Ba Sao"}]
    enter(*rows)
    again = [NEW | {"code": "98-TV-98103-01"}, rows[1]]
    assert read(*again)[1].tally["same"] == 2


def test_doubtful_row_is_entered_only_when_confirmed(enter):
    row = NEW | {"name": "Thư viện xã Ba Sao", "commune": "Xã Ba Sao"}
    with pytest.raises(services.ListRefused):
        enter(row)
    assert enter(row, NEW).tally == {
        "new": 1, "changed": 0, "same": 0, "doubtful": 1, "invalid": 0,
    }  # fmt: skip
    assert enter(row, confirmed=[2]).tally["new"] == 1
    assert Institution.objects.filter(name="Thư viện xã Ba Sao").count() == 2


def test_invalid_row_holds_up_the_list_unless_left_out(enter):
    rows = [NEW, NEW | {"kind": "Rạp hát"}]
    with pytest.raises(services.ListRefused):
        enter(*rows)
    assert not Institution.objects.filter(name=NEW["name"]).exists()
    enter(*rows, only_valid=True)
    assert Institution.objects.filter(name=NEW["name"]).count() == 1


@pytest.mark.parametrize("day", [None, datetime.date(2025, 5, 21), datetime.date(1899, 1, 1)])
def test_renaming_and_moving_need_a_day_that_fits(enter, day):
    with pytest.raises(services.ListRefused) as refused:
        enter(NEW, {"code": "98-TV-98102", "name": "Thư viện Ba Sao"}, day=day)
    assert set(refused.value.message_dict) == {"day"}
    assert not Institution.objects.filter(name=NEW["name"]).exists()


def test_list_is_refused_when_the_register_changed_since_it_was_shown(read, staff, institutions):
    kept, plan = read(NEW, {"code": "98-TV-98102", "name": "Thư viện Ba Sao"})
    register.rename_institution(institutions["98-TV-98102"], name="X", day=DAY, reason=REASON)
    before = Institution.objects.count()
    told = {"confirmed": (), "day": DAY, "reason": REASON, "only_valid": False, "by": staff}
    with pytest.raises(services.ListRefused):
        services.apply(kept, fingerprint=plan.fingerprint, **told)
    assert Institution.objects.count() == before
    services.apply(kept, fingerprint=services.preview(kept).plan.fingerprint, **told)
    with pytest.raises(services.ListRefused):
        services.apply(kept, fingerprint=services.preview(kept).plan.fingerprint, **told)


def test_corrected_opening_takes_the_first_place_along(enter, new_library):
    enter({"code": new_library.code, "name": new_library.name, "opened_on": "01/01/2024"})
    new_library.refresh_from_db()
    first = new_library.placements.get()
    assert new_library.opened_on == first.valid_from == datetime.date(2024, 1, 1)


@pytest.fixture
def new_library(territory, institutions, units, districts, communes):
    return register.add_institution(
        territory=territory,
        name="Thư viện Mới",
        kind="library",
        tier="commune",
        reporting_unit=units["981"],
        district=districts["981"],
        commune=communes["98103"],
        opened_on=datetime.date(2025, 3, 1),
        reason=REASON,
    )


# The pages ---------------------------------------------------------------------------------------


ADDRESS = "/institutions/import/hong-lam/"


def test_staff_sends_looks_and_enters(as_staff, institutions):
    assert as_staff.get("/institutions/import/")["Location"] == ADDRESS
    rows = [NEW, {"code": "98-TV-98102", "name": "Thư viện Ba Sao"}, NEW | {"kind": "Rạp hát"}]
    preview = as_staff.post(ADDRESS, {"file": sent(written(*rows))})["Location"]
    page = as_staff.get(preview)
    assert page.context["shown"].plan.tally["invalid"] == 1
    assert Institution.objects.filter(name=NEW["name"]).count() == 0
    told = {
        "fingerprint": page.context["shown"].plan.fingerprint,
        "day": "01/04/2025",
        "reason": REASON,
    }
    refused = as_staff.post(preview, told)
    assert (refused.status_code, set(refused.context["form"].errors)) == (422, {"only_valid"})
    assert as_staff.post(preview, told | {"only_valid": "on"})["Location"] == preview
    assert Institution.objects.get(code="98-TV-98102").name == "Thư viện Ba Sao"
    assert as_staff.get(preview).context["kept"].tally["new"] == 1
    assert "danh-sach.csv" in as_staff.get(ADDRESS).content.decode()


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01", b"PK\x03\x04rubbish", "Tên\nThư viện".encode(), b"a;b\n1;2"]
)
def test_file_that_is_no_list_is_refused_beside_the_field(as_staff, institutions, content):
    response = as_staff.post(ADDRESS, {"file": sent(content)})
    assert (response.status_code, set(response.context["form"].errors)) == (422, {"file"})
    assert not ListImport.objects.exists()


def test_earlier_preview_goes_when_another_file_is_sent(as_staff, institutions):
    for _each in range(2):
        as_staff.post(ADDRESS, {"file": sent(written(NEW))})
    assert ListImport.objects.count() == 1


@pytest.mark.parametrize("export", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_exported_list_changes_nothing(
    as_staff, institutions, new_library, units, export, language
):
    factories.PlacementFactory(
        institution=factories.InstitutionFactory(
            code="98-TV-=1", name="=Thư  viện “lạ”", closed_on=datetime.date(2024, 5, 1)
        ),
        reporting_unit=units["982"],
    )
    as_staff.cookies["django_language"] = language
    content = as_staff.get(f"/institutions/?_export={export}").content
    preview = as_staff.post(ADDRESS, {"file": sent(content, f"x.{export}")})["Location"]
    plan = as_staff.get(preview).context["shown"].plan
    assert plan.tally == {"new": 0, "changed": 0, "same": 12, "doubtful": 0, "invalid": 0}


def test_template_is_read_back_once_it_is_filled_in(as_staff, territory, institutions):
    content = as_staff.get(f"{ADDRESS}template.xlsx").content
    assert content[:2] == b"PK"
    book = load_workbook(io.BytesIO(template(territory)))
    book.worksheets[0].append([NEW.get(column, "") for column in HEADINGS])
    out = io.BytesIO()
    book.save(out)
    preview = as_staff.post(ADDRESS, {"file": sent(out.getvalue(), "mau.xlsx")})["Location"]
    assert as_staff.get(preview).context["shown"].plan.tally["new"] == 1


@pytest.mark.parametrize("n", [1, 30])
def test_preview_takes_a_fixed_number_of_queries(
    as_staff, institutions, n, django_assert_num_queries
):
    rows = [{**NEW, "name": f"Thư viện {each}"} for each in range(n)]
    rows.append({"code": "98-TV-98102", "name": "Thư viện Ba Sao"})
    preview = as_staff.post(ADDRESS, {"file": sent(written(*rows))})["Location"]
    # Session, user, memberships, successions of rights, years of the frame; the list; placements,
    # codes, districts, communes, reporting units.
    with django_assert_num_queries(11):
        as_staff.get(preview)


@pytest.mark.parametrize("n", [1, 30])
def test_entering_takes_a_fixed_number_of_queries(read, staff, n, django_assert_num_queries):
    rows = [{**NEW, "name": f"Thư viện {each}"} for each in range(n)]
    rows.append({"code": "98-TV-98102", "name": "Thư viện Ba Sao"})
    kept, plan = read(*rows)
    # Savepoints 4; locks of the territory, its institutions and the list; what the list may name 5;
    # institutions and their placements, each with its history; the list.
    with django_assert_num_queries(20):
        services.apply(
            kept,
            fingerprint=plan.fingerprint,
            confirmed=(),
            day=DAY,
            reason=REASON,
            only_valid=False,
            by=staff,
        )


CELL = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            *("", "-", "98-TV-98102", "98-VH-98102", "98-TV-981", "Thư viện", "Cấp xã"),
            *("Xã Đa Mai", "UBND Huyện An Bình", "Huyện An Bình", "01/03/2025", "31/02/2025"),
            *("=1+1", "'=1", "Thư viện xã Ba Sao", "library", "x" * 300),
        ]
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(rows=st.lists(st.lists(CELL, min_size=9, max_size=9), min_size=1, max_size=5))
def test_no_list_breaks_the_page_or_is_entered_in_part(as_staff, institutions, rows):
    content = written(*(dict(zip(HEADINGS, row, strict=True)) for row in rows))
    answer = as_staff.post(ADDRESS, {"file": sent(content)})
    assert answer.status_code in (302, 422)
    if answer.status_code == 422:
        return
    page = as_staff.get(answer["Location"])
    plan = page.context["shown"].plan
    before = Institution.objects.count(), Placement.objects.count()
    told = {
        "fingerprint": plan.fingerprint,
        "day": "01/04/2025",
        "reason": REASON,
        "only_valid": "on",
        "confirmed": [entry.line for entry in plan.of(Outcome.DOUBTFUL)],
    }
    entered = as_staff.post(answer["Location"], told)
    after = Institution.objects.count(), Placement.objects.count()
    if entered.status_code == 302:
        tally = ListImport.objects.get(applied_at__isnull=False).tally
        moved = sum(entry.moves for entry in plan.of(Outcome.CHANGED, Outcome.DOUBTFUL))
        assert after[0] == before[0] + tally["new"]
        assert after[1] == before[1] + tally["new"] + moved
    else:
        assert (entered.status_code, after) == (422, before)
    # The next example starts from the same register.
    ListImport.objects.all().delete()
