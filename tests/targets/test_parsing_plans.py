"""Both source plans, whole, and what is done to plans on their way through scanners and editors."""

import ast
import json
import re
import textwrap
import time
import unicodedata
from pathlib import Path

import pytest

import targets.parsing
from targets.parsing import ParsedPlan, parse_plan

DATA = Path(__file__).parent.parent / "data" / "plans"
PLANS = sorted(path.stem for path in DATA.glob("*.json"))
PROVINCES = ["Tỉnh Bắc Giang", "Tỉnh Bắc Kạn", "Tỉnh Bắc Ninh", "Tỉnh Gia Lai", "Thành phố Hà Nội"]
TEXTS = {plan: (DATA / f"{plan}.txt").read_text(encoding="utf-8") for plan in PLANS}
EXPECTED = {plan: json.loads((DATA / f"{plan}.json").read_text("utf-8")) for plan in PLANS}
BASE = {plan: parse_plan(text, provinces=PROVINCES) for plan, text in TEXTS.items()}


def rows(plan: ParsedPlan) -> list[dict]:
    return [
        {
            "indicator": target.indicator,
            "tiers": sorted(target.tiers),
            "year": target.year,
            "min": target.minimum,
            "max": target.maximum,
            "unit": target.unit,
            "basis": target.basis,
            "alternatives": list(target.alternatives),
            "counts": target.counts,
            "needs_review": target.needs_review,
        }
        for target in plan.targets
    ]


def objectives(text: str) -> tuple[int, int]:
    """Where the section of objectives begins and ends in one of the two texts."""
    start = re.search(r"\n[IVX]+\. M[UỤ]C TI[EÊ]U\n", text).end()
    end = re.search(r"\n[IVX]+\. NHI[EỆ]M V[UỤ]", text).start()
    return start, end


def in_objectives(text: str, change) -> str:
    start, end = objectives(text)
    return text[:start] + change(text[start:end]) + text[end:]


@pytest.mark.parametrize("plan", PLANS)
def test_plan_gives_exactly_its_targets(plan):
    expected = [{**row, "tiers": sorted(row["tiers"])} for row in EXPECTED[plan]["targets"]]
    assert rows(BASE[plan]) == expected


@pytest.mark.parametrize("plan", PLANS)
def test_plan_leaves_nothing_unread(plan):
    assert [sentence.text for sentence in BASE[plan].unread] == EXPECTED[plan]["unread"]


@pytest.mark.parametrize("plan", PLANS)
def test_head_of_plan_is_read(plan):
    read = BASE[plan]
    assert {
        "number": read.number,
        "issued_on": read.issued_on.isoformat(),
        "province": read.province,
        "report_before": "{:02d}-{:02d}".format(*read.report_before),
    } == EXPECTED[plan]["plan"]


@pytest.mark.parametrize("plan", PLANS)
def test_quotes_are_verbatim_and_within_their_sentence(plan):
    for target in BASE[plan].targets:
        start, end = target.span
        assert TEXTS[plan][start:end] == target.quote
        assert target.sentence[0] <= start < end <= target.sentence[1]


@pytest.mark.parametrize("plan", PLANS)
def test_stated_figures_stand_in_their_quotes(plan):
    for target in BASE[plan].targets:
        assert (target.basis == "implied") != (str(target.minimum) in target.quote)


@pytest.mark.parametrize("path", sorted((DATA / "invented").glob("*.txt")), ids=lambda p: p.stem)
def test_plan_of_another_form_is_read_too(path):
    """Invented plans of no province: lettered years, figures behind their groups."""
    expected = json.loads(path.with_suffix(".json").read_text("utf-8"))
    plan = parse_plan(path.read_text("utf-8"))
    assert rows(plan) == expected["targets"]
    assert [sentence.text for sentence in plan.unread] == expected["unread"]
    assert (plan.number, plan.province) == (
        expected["plan"]["number"],
        expected["plan"]["province"],
    )


# -- the same plan in another shape ------------------------------------------------------------


def without_marks(text: str) -> str:
    bare = (c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return "".join(bare).replace("đ", "d").replace("Đ", "D")


def rewrapped(width: int):
    def wrap(part: str) -> str:
        return "\n\n".join(
            "\n".join(textwrap.wrap(paragraph, width)) for paragraph in re.split(r"\n\s*\n", part)
        )

    return wrap


def with_page_numbers(part: str) -> str:
    lines = []
    for number, line in enumerate(rewrapped(70)(part).split("\n")):
        lines.append(line)
        if number % 11 == 10:
            lines.extend(["", f"- {number // 11 + 2} -", "\f"])
    return "\n".join(lines)


def scanned(part: str) -> str:
    for written, seen in (("Đ", "P"), ("cấp", "cép"), ("xã", "x4"), ("ư", "w"), ("ồ", "d")):
        part = part.replace(written, seen)
    return part.replace("mỗi năm", "/mam")


def glued(part: str) -> str:
    for phrase in ("thư viện", "cấp huyện", "bảo tàng", "thu vién", "cap huyén"):
        part = part.replace(phrase, phrase.replace(" ", ""))
    return part.replace("năm 2", "năm2").replace("nam 2", "nam2")


SHAPES = {
    "lost diacritics": without_marks,
    "decomposed": lambda part: unicodedata.normalize("NFD", part),
    "capitals": str.upper,
    "wrapped at 40": rewrapped(40),
    "wrapped at 90": rewrapped(90),
    "page numbers": with_page_numbers,
    "scanned": scanned,
    "glued words": glued,
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("plan", PLANS)
def test_shape_of_the_text_does_not_change_the_targets(plan, shape):
    if "wrapped" in shape or shape == "page numbers":
        source = in_objectives(TEXTS[plan], lambda part: re.sub(r"(?<![.:;\n])\n(?![\n\- 0-9I])",
                                                               " ", part))  # fmt: skip
    else:
        source = TEXTS[plan]
    if "wrapped" in shape or shape == "page numbers":
        source = in_objectives(source, lambda part: re.sub(r"\n(?=\s*(?:- |\d\.))", "\n\n", part))
    text = in_objectives(source, SHAPES[shape])
    assert parse_plan(text).targets == BASE[plan].targets


@pytest.mark.parametrize("plan", PLANS)
def test_line_ends_of_windows_do_not_change_the_targets(plan):
    assert parse_plan(TEXTS[plan].replace("\n", "\r\n")).targets == BASE[plan].targets


@pytest.mark.parametrize("plan", PLANS)
def test_other_years_are_read_as_written(plan):
    text = in_objectives(
        TEXTS[plan], lambda part: part.replace("2025", "2026").replace("2030", "2028")
    )
    expected = [{**row, "year": {2025: 2026, 2030: 2028}[row["year"]]} for row in rows(BASE[plan])]
    assert rows(parse_plan(text)) == expected


@pytest.mark.parametrize("plan", PLANS)
def test_other_figures_are_read_as_written(plan):
    def changed(figure: int) -> int:
        return figure - 3 if figure >= 20 else figure + 1

    text = in_objectives(
        TEXTS[plan],
        lambda part: re.sub(
            r"\d+(?=\s*%| - \d+%)", lambda match: str(changed(int(match.group()))), part
        ),
    )
    expected = [
        {
            **row,
            "min": row["min"] if row["basis"] == "implied" else changed(int(row["min"])),
            "max": None if row["max"] is None else changed(int(row["max"])),
            "alternatives": [changed(int(value)) for value in row["alternatives"]],
        }
        for row in rows(BASE[plan])
    ]
    assert rows(parse_plan(text)) == expected


FAR_AWAY = "Đến năm 2025, 99% thư viện cấp huyện cung cấp dịch vụ phục vụ học tập suốt đời."


@pytest.mark.parametrize("plan", PLANS)
def test_paragraphs_outside_the_objectives_change_nothing(plan):
    text = f"{FAR_AWAY}\n\n{TEXTS[plan]}\n\nVI. PHỤ LỤC\n\n{FAR_AWAY}\n"
    assert parse_plan(text).targets == BASE[plan].targets


@pytest.mark.parametrize("plan", PLANS)
def test_sentence_with_another_figure_is_listed_and_changes_no_target(plan):
    strange = "\n- Đến năm 2025, 80% cán bộ được bồi dưỡng nghiệp vụ.\n"
    plan_read = parse_plan(in_objectives(TEXTS[plan], lambda part: part + strange))
    assert plan_read.targets == BASE[plan].targets
    assert [(one.reason, "80%" in one.text) for one in plan_read.unread] == [("people", True)]


# -- the package -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["", "  \n", "KẾ HOẠCH\n1. Tuyên truyền\n2. Kinh phí", "Mục tiêu của ta là 70% thư viện."],
)
def test_text_without_objectives_says_so(text):
    assert parse_plan(text) == ParsedPlan()


def seconds(text: str) -> float:
    """Processor time of one reading, the better of two."""
    taken = []
    for _ in range(2):
        started = time.process_time()
        parse_plan(text)
        taken.append(time.process_time() - started)
    return min(taken)


@pytest.mark.slow
@pytest.mark.parametrize("where", ["objectives", "tasks", "table", "one line"])
def test_four_times_the_text_takes_about_four_times_as_long(where):
    """Not the square: a book of 300 pages is read in seconds."""
    text = TEXTS[PLANS[-1]]
    body = text[slice(*objectives(text))]
    piece = {
        "objectives": body * 4,
        "tasks": "\nIII. NHIỆM VỤ\n" + text * 4,
        "table": "\nTT\tChỉ tiêu\t2025\n" + "1\tThư viện cấp huyện\t70%\n" * 400,
        "one line": "- Đến năm 2025, " + "70% thư viện cấp huyện, " * 300,
    }[where]
    parse_plan("II. MỤC TIÊU\n" + piece)  # the words of the text, once
    once, four = seconds("II. MỤC TIÊU\n" + piece), seconds("II. MỤC TIÊU\n" + piece * 4)
    assert four < 6.5 * once + 0.1
    assert four < 12


@pytest.mark.parametrize("plan", PLANS)
def test_book_around_a_plan_changes_no_target(plan):
    book = "Điều này được nêu tại trang 12 của tài liệu, năm 2025 có 70% người đọc.\n" * 2000
    text = f"{TEXTS[plan]}\n\nVI. PHỤ LỤC\n\n{book}"
    assert parse_plan(text).targets == BASE[plan].targets


@pytest.mark.parametrize("path", sorted(Path(targets.parsing.__path__[0]).glob("*.py")), ids=str)
def test_parser_imports_no_django(path):
    imported = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            imported.add(node.module)
    assert not [name for name in imported if name.split(".")[0] in ("django", "reports")]
    assert imported.isdisjoint({"targets.models", "targets.services", "institutions.models"})
