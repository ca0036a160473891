"""What scanners, editors and chance do to a plan: never a wrong target without a flag.

Both real plans with random misread letters, any text at all, and text added far from a target.
"""

import random
import re
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targets.parsing import ParsedPlan, parse_plan
from tests.targets.plan_scores import (
    CORPUS,
    PLANS,
    Score,
    as_read,
    judge,
    load,
    province_names,
    read,
    row_of,
    span_faults,
)

REAL = sorted(path.stem for path in PLANS.glob("*.txt"))
LETTERS = "abcdeghiklmnopqrstuvxy"


def loaded(stem) -> str:
    return load(stem)[0]


# -- noise -------------------------------------------------------------------------------------


def with_noise(text: str, rate: float, rng: random.Random) -> str:
    """Letters misread, lost or doubled, in the whole text; digits and signs stay."""

    def one(char: str) -> str:
        if not char.isalpha() or rng.random() >= rate:
            return char
        return rng.choice([rng.choice(LETTERS), rng.choice(LETTERS), "", char + rng.choice("il")])

    return as_read("".join(map(one, text)))


def check_noise(plan: str, rate: float, seeds: range, tell) -> None:
    text, expected = load(PLANS / plan)
    expected = {**expected, "plan": None, "garbled": True}
    scores, refused = [], 0
    for seed in seeds:
        noisy = with_noise(text, rate, random.Random(seed))
        reading = read(noisy, expected)
        if reading.has_objectives:
            scores.append(judge(noisy, expected, reading))
        else:  # the whole document is refused, with words
            refused += 1
            assert not reading.targets
    exact = sorted(score.exact for score in scores)
    total = sum(scores, Score())
    tell(
        f"{plan[:7]} {rate:5.1%} of letters misread, {len(seeds)} seeds, {refused} refused: exact "
        f"of {len(expected['targets'])}: least {exact[0]}, median {median(exact):g}, most "
        f"{exact[-1]}; in all {total.line()}"
    )
    assert total.wrong_unflagged == []
    assert [lost for lost in total.missing_unseen if " stated " in lost] == []
    assert total.faults == []


@pytest.mark.parametrize("rate", [0.01, 0.04, 0.1])
@pytest.mark.parametrize("plan", REAL)
def test_noise_never_gives_a_wrong_target_without_a_flag(plan, rate, tell):
    check_noise(plan, rate, range(4), tell)


@pytest.mark.slow
@pytest.mark.parametrize("rate", [0.01, 0.04, 0.15])
@pytest.mark.parametrize("plan", REAL)
def test_much_noise_never_gives_a_wrong_target_without_a_flag(plan, rate, tell):
    check_noise(plan, rate, range(50), tell)


@pytest.mark.slow
@pytest.mark.parametrize("rate", [0.01, 0.03, 0.06])
def test_noise_in_the_corpus_never_gives_a_wrong_target_without_a_flag(rate, tell):
    total = Score()
    for stem in sorted(path.with_suffix("") for path in CORPUS.glob("*.txt")):
        text, expected = load(stem)
        expected = {**expected, "plan": None, "garbled": True, "unread": [], "seen": []}
        for seed in range(4):
            noisy = with_noise(text, rate, random.Random(seed))
            total += judge(noisy, expected, read(noisy, expected))
    tell(f"corpus {rate:5.1%} of letters misread, 4 seeds: {total.line()}")
    # What a look is asked for may be lost itself: the second of two figures that contradict.
    assert [bad for bad in total.wrong_unflagged if not bad.endswith("asked for")] == []


# -- any text ----------------------------------------------------------------------------------


def check_places(text: str) -> None:
    assert span_faults(text, parse_plan(text)) == []


@settings(max_examples=150)
@given(st.text())
def test_any_text_is_read_without_error(text):
    check_places(text)
    check_places("I. MỤC TIÊU\n- " + text)


PIECES = [
    "thư viện", "cấp huyện", "cấp xã", "70%", "10 - 15%", "đến năm 2025", "2030", "và", ",", ";",
    ". ", "\n", "\n\n", "- ", "bảo tàng", "tỉnh", "tương ứng", "lần lượt", "ứng dụng công nghệ",
    "chuyển đổi số", "các xã", "câu lạc bộ", "/năm", "tăng", "%", "(", ")", "“", "đạt", ":", "5",
    "cung cấp dịch vụ", "trung tâm văn hóa", "thôn", "giai đoạn", "e\u0301", "2O25", "l00%", "\t",
    "\t70%\t", "\nTT\tNội dung\t2025\t2030\n", "\n1\tThư viện cấp huyện\t70%\t90%\n", "không quá",
    "giảm", "hầu hết", "một nửa", "2/3", "\f", "\n\n12\n\n", "¹", "(1)", "62,5%", "1.250", "0%",
    "II. MỤC TIÊU\n", "III. NHIỆM VỤ\n", "\u00a0", "\u200b", "½", "٧٠%", "phần trăm", "99999999%",
]  # fmt: skip


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_any_order_of_plan_words_is_read_without_error(pieces):
    check_places("II. MỤC TIÊU\n- " + " ".join(pieces))


@settings(max_examples=25)
@given(st.sampled_from(REAL), st.data())
def test_cut_and_mixed_plans_are_read_without_error(plan, data):
    text = loaded(PLANS / plan)
    places = st.integers(min_value=0, max_value=len(text))
    first, second, third = sorted(data.draw(st.tuples(places, places, places)))
    check_places(text[:first] + text[second:third] + text[first:second])


LINES = sorted(
    {
        line
        for path in (*PLANS.glob("*.txt"), *CORPUS.glob("*.txt"))
        for line in loaded(path.with_suffix("")).splitlines()
        if re.search(r"\d", line)
    }
)


@settings(max_examples=60)
@given(st.lists(st.sampled_from(LINES), max_size=25), st.sampled_from(["\n", "\n\n", " ", "\t"]))
def test_lines_of_many_plans_together_are_read_without_error(lines, joint):
    check_places("II. MỤC TIÊU\n" + joint.join(lines))


@settings(max_examples=60)
@given(st.sampled_from(LINES), st.data())
def test_doubts_anywhere_are_taken_without_error(line, data):
    text = "II. MỤC TIÊU\n" + line
    place = st.integers(min_value=0, max_value=len(text))
    doubts = data.draw(st.lists(st.tuples(place, place).map(sorted).map(tuple), max_size=4))
    plan = parse_plan(text, doubts=tuple(doubts))
    assert span_faults(text, plan) == []
    clear = [row_of(target) for target in parse_plan(text).targets]
    for row in map(row_of, plan.targets):  # doubt may ask for a look, never change a meaning
        assert {**row, "needs_review": True} in [{**one, "needs_review": True} for one in clear]


# -- text far from a target --------------------------------------------------------------------

ELSEWHERE = [
    "Đến năm 2027, 99% thư viện cấp huyện cung cấp dịch vụ phục vụ học tập suốt đời.",
    "- Hằng năm bổ sung 2.000 bản sách; tăng 10% kinh phí cho thư viện cấp xã đến năm 2029.",
    "Bảo tàng tỉnh xây dựng và triển khai chương trình giáo dục lịch sử, văn hóa năm 2026.",
    "Giai đoạn 2026 - 2030 có 100%, 90% và 80% các chỉ tiêu tương ứng nêu trên.",
    "Trung tâm văn hóa cấp huyện\t70%\t90%",
    "12",
]
# The sections of tasks and money, by their headings; a text without them is changed at its ends.
LATER = re.compile(r"(?:I11|I11I|IV)\. KINH PH\S*[^\n]*\n")


def meaning(plan: ParsedPlan) -> tuple[list[dict], list[str]]:
    return [row_of(target) for target in plan.targets], [one.text for one in plan.unread]


@pytest.mark.parametrize("where", ["before", "after", "in the tasks"])
@pytest.mark.parametrize(
    "stem",
    [PLANS / plan for plan in REAL]
    + sorted(path.with_suffix("") for path in CORPUS.glob("*.txt"))[::4],
    ids=lambda stem: stem.name,
)
def test_text_far_from_a_target_does_not_change_it(stem, where):
    text = loaded(stem)
    place = {"before": 0, "after": len(text)}.get(where)
    if place is None:
        heading = LATER.search(text)
        place = heading.end() if heading else len(text)
    clear = meaning(parse_plan(text, provinces=province_names()))
    for sentence in ELSEWHERE:
        longer = f"{text[:place]}\n{sentence}\n\n{text[place:]}"
        plan = parse_plan(longer, provinces=province_names())
        assert meaning(plan) == clear, sentence
        assert span_faults(longer, plan) == []
