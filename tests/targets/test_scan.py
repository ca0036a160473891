"""Both real plans as Word files, as PDF with text and as scans: read as exactly as from plain text.

The documents are made here from the texts; a Chromium prints what is scanned.
"""

from functools import cache

import pytest

from targets.documents import Document, inspect, read_document
from targets.documents.pdf import Picture
from targets.documents.vietnamese import share
from targets.parsing import parse_plan
from tests.documents import docx_of, pictures_of, printed, scan_of
from tests.targets.plan_scores import PLANS, Score, judge, load, province_names

NAMES = sorted(path.stem for path in PLANS.glob("*.json"))
# Where the objectives stand once the plans are printed.
OBJECTIVES = (1, 2)


@cache
def paper(name: str) -> bytes:
    """The plan as a printed PDF, made once for all tests of the module."""
    return printed(load(PLANS / name)[0])


def score_of(name: str, document: Document) -> Score:
    plan = parse_plan(document.text, provinces=province_names(), doubts=document.doubts)
    return judge(document.text, load(PLANS / name)[1], plan)


def is_garbled(name: str) -> bool:
    """Whether the plan's text is itself the reading of a scan, by a machine that had no "ư"."""
    return share(load(PLANS / name)[0]) < 0.5


def bilevel(picture: Picture) -> Picture:
    """Black and white alone, as offices set their scanners."""
    table = bytes(0 if grey < 128 else 255 for grey in range(256))
    return Picture(picture.width, picture.height, 1, picture.pixels.translate(table))


@pytest.mark.parametrize("name", NAMES)
def test_plan_is_exact_from_a_word_file(name):
    text, _expected = load(PLANS / name)
    document = read_document(docx_of(text), "plan.docx")
    assert score_of(name, document).problems() == []
    assert document.doubts == ()


@pytest.mark.browser
@pytest.mark.parametrize("name", NAMES)
def test_plan_is_exact_from_a_pdf_with_text(name):
    content = paper(name)
    assert not inspect(content, "plan.pdf").needs_ocr
    document = read_document(content, "plan.pdf")
    assert score_of(name, document).problems() == []
    assert (document.doubts, document.is_scan) == ((), False)


def check_scan(name: str, content: bytes, how: str, tell) -> None:
    document = read_document(content, "plan.pdf")
    assert document.is_scan
    score = score_of(name, document)
    tell(f"{name}, {how}: {score.line()}, {len(document.doubts)} doubts")
    assert score.wrong_unflagged == []
    if is_garbled(name):
        # Lost at worst: a group without a figure, its words garbled twice over.
        assert [one for one in score.missing_unseen if " implied" not in one] == []
        assert score.wrong_flagged == []
    else:
        # The head of the plan and its day of report stand on other pages.
        assert [one for one in score.problems() if not one.startswith("faults: ")] == []


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.tesseract
@pytest.mark.parametrize("dpi", [150, 200])
@pytest.mark.parametrize("name", NAMES)
def test_scanned_objectives_hold_no_wrong_target_without_a_flag(name, dpi, tell):
    content = scan_of(pictures_of(paper(name), dpi, OBJECTIVES))
    check_scan(name, content, f"objectives at {dpi} dpi", tell)


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.tesseract
@pytest.mark.parametrize("name", NAMES)
def test_crooked_black_and_white_scan_holds_no_wrong_target(name, tell):
    pictures = [bilevel(picture) for picture in pictures_of(paper(name), 150, OBJECTIVES)]
    content = scan_of(pictures, turned=True)
    check_scan(name, content, "objectives at 150 dpi, black and white, turned", tell)


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.tesseract
def test_whole_scanned_plan_is_exact(tell):
    name = next(name for name in NAMES if not is_garbled(name))
    pages = []
    content = scan_of(pictures_of(paper(name), 150))
    document = read_document(content, "plan.pdf", progress=lambda *seen: pages.append(seen))
    score = score_of(name, document)
    tell(f"{name}, whole at 150 dpi: {score.line()}, {len(document.doubts)} doubts")
    assert score.problems() == []
    assert pages == [(number, len(pages)) for number in range(1, len(pages) + 1)]
    assert len(document.page_starts) == len(pages)
