"""The sentence that a leader reads first: only figures of the page, each with its link."""

import re
from html import unescape

import pytest

from reports.figures import boards, statuses, summary
from reports.figures.as_closed import Basis
from reports.figures.places import Place
from tests import factories
from tests.conftest import enrol

pytestmark = pytest.mark.django_db
SERVICES = "library.lifelong_services"


def read(html) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html)).replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def say(territory):
    def sentence(year: int = 2025):
        board = boards.province(territory, year)
        return summary.province(board, statuses.horizons(board.rows), Place(territory, year))

    return sentence


@pytest.fixture
def one_target(plan, open_round):
    """The plan with nothing but its targets of district libraries."""
    plan.targets.exclude(indicator__code=SERVICES).delete()
    return open_round


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        ("yes", "yes", "Hồng Lam đạt 1 trong 1 chỉ tiêu năm 2025."),
        (
            "no",
            "no",
            (
                "Hồng Lam đạt 0 trong 1 chỉ tiêu năm 2025 và 1 chỉ tiêu chưa đạt (xa nhất: dịch vụ"
                " học tập suốt đời ở cấp huyện, còn thiếu 2 thư viện)."
            ),
        ),
        (
            "yes",
            None,
            (
                "Hồng Lam đạt 0 trong 1 chỉ tiêu năm 2025 và 1 chỉ tiêu chưa thể kết luận vì còn"
                " thiếu số liệu của UBND Thị xã Đức Phong."
            ),
        ),
    ],
)
def test_sentence_in_the_target_year(say, one_target, answer, first, second, sentence):
    answer(one_target, "98-TV-981", SERVICES, first)
    if second:
        answer(one_target, "98-TV-982", SERVICES, second)
    assert read(say()) == sentence


def test_sentence_counts_are_links_to_the_narrowed_table(say, one_target, answer):
    answer(one_target, "98-TV-981", SERVICES, "no")
    answer(one_target, "98-TV-982", SERVICES, "no")
    links = re.findall(r'href="([^"]+)"', say())
    assert [unescape(link) for link in links] == [
        "?show=2025-met#targets",
        "?show=2025-not-met#targets",
        f"/hong-lam/2025/explain/{SERVICES}/district/2025/",
    ]


def test_sentence_before_the_target_year_speaks_of_pace(say, one_target, territory, answer):
    earlier = enrol(factories.ReportingRoundFactory(territory=territory, year=2023))
    before = enrol(factories.ReportingRoundFactory(territory=territory, year=2024))
    for round_ in (earlier, before):
        for code in ("98-TV-981", "98-TV-982"):
            answer(round_, code, SERVICES, "no")
    # The way from 0 % to 70 % asks for 35 % of 2 libraries: rounded down, for none yet.
    assert read(say(2024)) == "Năm 2024, Hồng Lam đúng tiến độ 1 trong 1 chỉ tiêu của năm 2025."


def test_sentence_of_the_first_reported_year_judges_nothing(say, one_target, territory, answer):
    first = enrol(factories.ReportingRoundFactory(territory=territory, year=2022))
    answer(first, "98-TV-981", SERVICES, "no")
    answer(first, "98-TV-982", SERVICES, "no")
    assert read(say(2022)) == (
        "Năm 2022, Hồng Lam chưa đủ năm số liệu để xét tiến độ 1 chỉ tiêu của năm 2025."
    )


def test_sentence_after_the_target_year_begins_with_what_was_decided(
    say, one_target, territory, answer, plan
):
    later = factories.ReportingRoundFactory(territory=territory, year=2026)
    assert later.year == 2026
    answer(one_target, "98-TV-981", SERVICES, "yes")
    answer(one_target, "98-TV-982", SERVICES, "yes")
    assert read(say(2026)).startswith("Hồng Lam đạt 1 trong 1 chỉ tiêu năm 2025. ")


def test_sentence_names_two_units_and_counts_the_rest():
    class Unit:
        def __init__(self, name):
            self.unit = type("Office", (), {"name": name})

    assert summary.unit_names([Unit(n) for n in "ABC"]) == "A, B và C"
    assert summary.unit_names([Unit(n) for n in "ABCDE"]) == "A, B và 3 đơn vị khác"


def test_sentence_escapes_names(say, one_target, territory):
    territory.name = "Tỉnh <b>Hồng</b> Lam"
    territory.save()
    assert "<b>" not in say()


def test_sentence_of_provisional_figures_says_so(one_target, territory):
    board = boards.province(territory, 2025, basis=Basis.PROVISIONAL)
    place = Place(territory, 2025, basis=Basis.PROVISIONAL)
    sentence = summary.province(board, statuses.horizons(board.rows), place)
    assert read(sentence).startswith("Tạm tính: Hồng Lam đạt")
