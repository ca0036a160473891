import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.importing.matching import MatchedRow
from reports.importing.reasons import Why
from reports.importing.resolving import Found, How, Known, Roster, words_of

LINES = (
    Known("98-TV-981", "Thư viện huyện An Bình", "district"),
    Known("98-TV-98102", "Thư viện xã Ba Sao", "commune", "Xã Ba Sao"),
    Known("98-VH-98102", "Nhà văn hoá xã Ba Sao", "commune", "Xã Ba Sao"),
    Known("98-NVH-1", "Nhà văn hoá thôn Đông", "village", "Xã Ba Sao"),
    Known("98-NVH-2", "Nhà văn hoá thôn Đông", "village", "Xã Đa Mai"),
    Known("0120", "Tủ sách Một", "community"),
    Known("123456", "Tủ sách Hai", "community"),
    Known("130001", "Tủ sách Ba", "community"),
    Known("130999", "Tủ sách Bốn", "community"),
)


def find(
    code: str = "", name: str = "", tier: str = "", commune: str = "", chosen: str | None = None
) -> Found:
    roster = Roster(LINES, frozenset({"98-TV-982"}), {"thon to dan pho": "village"})
    return roster.find(MatchedRow(2, code, name, tier=tier, commune=commune), chosen)


@pytest.mark.parametrize(
    ("code", "found", "how"),
    [
        ("98-TV-981", "98-TV-981", How.CODE),
        ("98-tv-981", "98-TV-981", How.CODE),
        ("98–TV–981", "98-TV-981", How.CODE),
        ("98 - TV - 981", "98-TV-981", How.CODE),
        ("120", "0120", How.REPAIRED),
        ("00120", "0120", How.REPAIRED),
        ("1.2E+02", "0120", How.REPAIRED),
        ("1,23456E+05", "123456", How.REPAIRED),
        ("1.23E+05", "123456", How.REPAIRED),
    ],
)
def test_institution_is_found_by_its_code(code, found, how):
    assert (find(code).code, find(code).how) == (found, how)


def test_rounded_code_that_fits_two_is_offered_for_choice():
    found = find("1.3E+05")

    assert [reason.why for reason in found.reasons] == [Why.DOUBTFUL_INSTITUTION]
    assert found.candidates == ("130001",) or set(found.candidates) == {"130001", "130999"}


def test_rounded_code_that_fits_two_is_told_apart_by_the_name():
    assert find("1.30E+05", "Tủ sách Ba").code == "130001"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"name": "Thư viện huyện An Bình"}, "98-TV-981"),
        ({"name": "thu vien huyen an binh"}, "98-TV-981"),
        ({"name": "TV huyện An Bình"}, "98-TV-981"),
        ({"name": "NVH xã Ba Sao"}, "98-VH-98102"),
        ({"name": "Nhà văn hóa thôn Đông", "commune": "Ba Sao"}, "98-NVH-1"),
        ({"name": "Nhà văn hoá thôn Đông", "commune": "xã Đa Mai"}, "98-NVH-2"),
    ],
)
def test_institution_without_a_code_is_found_by_name_tier_and_commune(row, code):
    assert (find(**row).code, find(**row).how) == (code, How.NAME)


def test_name_that_two_have_is_offered_for_choice():
    found = find(name="Nhà văn hoá thôn Đông", tier="Thôn, tổ dân phố")

    assert (found.code, found.candidates) == ("", ("98-NVH-1", "98-NVH-2"))


def test_similar_name_is_offered_and_never_taken():
    found = find(name="Thư viện huyện An Bính Đông")

    assert found.code == ""
    assert found.candidates[0] == "98-TV-981"


def test_code_beside_the_name_of_another_is_a_shifted_column():
    found = find("98-TV-981", "Thư viện xã Ba Sao")

    assert [reason.why for reason in found.reasons] == [Why.NAME_CONTRADICTS]
    assert found.candidates == ("98-TV-981", "98-TV-98102")


@pytest.mark.parametrize("name", ["", "Thư viện An Bình mới", "Thư viện huyện An Bình"])
def test_name_of_nobody_else_leaves_the_code_alone(name):
    assert find("98-TV-981", name).code == "98-TV-981"


def test_foreign_code_is_no_choice():
    found = find("98-TV-982")

    assert ([reason.why for reason in found.reasons], found.candidates) == (
        [Why.FOREIGN_INSTITUTION], (),
    )  # fmt: skip


def test_choice_of_the_sender_goes_before_everything():
    assert find("98-TV-982", "Gì đó", chosen="98-TV-981") == Found("98-TV-981", How.CHOSEN)


def test_choice_of_a_foreign_institution_is_none():
    assert find("", "Gì đó", chosen="98-TV-982").code == ""


def test_abbreviations_are_words():
    assert words_of("TTVH-TT H. An Bình") == "trung tam van hoa trung tam huyen an binh"


@given(st.text(max_size=20), st.text(max_size=30), st.text(max_size=10), st.text(max_size=10))
def test_any_row_is_found_or_says_why_not(code, name, tier, commune):
    found = find(code, name, tier, commune)

    assert found.code == "" or not found.reasons
    assert found.code or found.reasons or not (code or name)
