"""The same meaning in other words: every text of the corpus is read the same when paraphrased.

Only rules under which the meaning surely stays. What a text gives as it is written, right or
wrong, is test_corpus's matter; here it is compared with itself.
"""

import re
import textwrap
from functools import cache

import pytest

from targets.parsing import ParsedPlan, parse_plan
from tests.targets.plan_scores import CORPUS, PLANS, load, row_of, span_faults, words

HEADING = re.compile(r"^[^\n]*MỤC TIÊU[^\n]*$", re.MULTILINE)
END = re.compile(r"^[^\n]*(NHIỆM VỤ|TỔ CHỨC THỰC HIỆN)[^\n]*$", re.MULTILINE)


def replaced(*pairs: tuple[str, str]):
    """The rule that replaces each pattern, in order, wherever it stands."""

    def change(part: str) -> str:
        for pattern, other in pairs:
            part = re.sub(pattern, other, part)
        return part

    return change


def wrapped(part: str) -> str:
    return "\n".join(
        line
        if "\t" in line or len(line) < 80  # a running head, a row: lines of their own
        else textwrap.fill(line, 60, break_on_hyphens=False)
        for line in part.split("\n")
    )


ITEM = r"(?m)^- (?!\d+ -)"  # an item of the upper level, not a page number in dashes
RULES = {
    "tới năm": replaced(("Đến năm", "Tới năm"), ("đến năm (?=20\\d\\d[,:])", "tới năm ")),
    "đến hết năm": replaced((r"Đến năm (?=20\d\d\b)", "Đến hết năm ")),
    "năm at the start": replaced((r"(?m)^(\W*)Đến năm (?=20\d\d, (?!định|tầm))", r"\1Năm ")),
    "phấn đấu": replaced((r"(?m)^(\W*)Đến năm (?=20\d\d,)", r"\1Phấn đấu đến năm ")),
    "tuyến huyện": replaced(("cấp huyện", "tuyến huyện")),
    "thư viện huyện": replaced(("thư viện cấp (huyện|xã|tỉnh)", r"thư viện \1")),
    "thư viện công cộng": replaced(("thư viện cấp (huyện|xã)", r"thư viện công cộng cấp \1")),
    "CNTT": replaced(("công nghệ thông tin", "CNTT")),
    "space before the sign": replaced((r"(?<=\d)%", " %")),
    "two spaces": replaced((r"(?<=\w) (?=\w)", "  ")),
    "plus for dash": replaced((r"(?m)^\+ ", "* "), (ITEM, "+ ")),
    "dot for dash": replaced((ITEM, "• ")),
    "star for dash": replaced((ITEM, "* ")),
    "indented": replaced((ITEM, "      - ")),
    "small letters": replaced((r"(?m)^(\W*)Đến", r"\1đến")),
    "old tone marks": replaced(("hóa", "hoá"), ("Hóa", "Hoá"), ("thủy", "thuỷ")),
    "lines of sixty letters": wrapped,
    "no empty lines": replaced((r"\n\n+", "\n")),
    "đạt before figures": replaced((r"(20\d\d, )(?=\d[\d,]*% thư viện)", r"\1đạt ")),
    "số before groups": replaced((r"(?<=\d% )(?=thư viện|trung tâm|nhà văn)", "số ")),
}


@cache
def texts() -> tuple[tuple[str, str], ...]:
    stems = [*PLANS.glob("gia_lai*.txt"), *sorted(CORPUS.glob("*.txt"))]
    loaded = ((path.stem, *load(path.with_suffix(""))) for path in stems)
    return tuple(
        (name, text)
        for name, text, expected in loaded
        if not expected.get("garbled") and not expected.get("doubts")
    )


def in_objectives(text: str, change) -> str:
    """Change the objectives alone: words of the head and the tasks mean something else."""
    if not (heading := HEADING.search(text)):
        return text
    end = END.search(text, heading.end())
    stop = end.start() if end else len(text)
    return text[: heading.end()] + change(text[heading.end() : stop]) + text[stop:]


def meaning(plan: ParsedPlan) -> list[str]:
    return sorted(words(row_of(target)) for target in plan.targets)


@cache
def as_written(text: str) -> list[str]:
    return meaning(parse_plan(text))


def check(rule: str, some: tuple[tuple[str, str], ...]) -> None:
    changed, differences = 0, {}
    for name, text in some:
        other = in_objectives(text, RULES[rule])
        if other == text:
            continue
        changed += 1
        plan = parse_plan(other)
        assert span_faults(other, plan) == []
        written, now = as_written(text), meaning(plan)
        lost = [row for row in written if row not in now]
        new = [row for row in now if row not in written]
        if lost or new:
            differences[name] = {"lost": lost, "new": new}
    assert changed > 3, "the rule changes next to nothing"
    assert differences == {}


@pytest.mark.parametrize("rule", RULES)
def test_paraphrase_is_read_as_the_text_itself(rule):
    check(rule, texts()[sorted(RULES).index(rule) % 4 :: 4])


@pytest.mark.slow
@pytest.mark.parametrize("rule", RULES)
def test_paraphrase_of_any_text_is_read_as_the_text_itself(rule):
    check(rule, texts())
