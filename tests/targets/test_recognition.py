"""Which words of a scan are in doubt, told from two readings; no Tesseract is needed for that."""

import pytest

from targets.documents.recognition import Word, doubtful, written


def line(words: str, sure: float = 95, at: int = 1, sureness: dict[str, float] | None = None):
    """Words side by side, each as wide as its letters; "_" leaves the place of a letter empty."""
    out, left = [], 0
    for text in words.split(" "):
        if text.strip("_"):
            out.append(Word(
                text.strip("_"), (1, 1, at), left / 100, at / 10, (left + len(text)) / 100,
                at / 10 + 0.03, (sureness or {}).get(text, sure),
            ))  # fmt: skip
        left += len(text) + 1
    return out


@pytest.mark.parametrize(
    ("first", "second", "doubts"),
    [
        ("đạt 70% thư viện", "đạt 70% thư viện", []),
        ("đạt 70% thư viện", "đạt 10% thư viện", ["70%"]),
        ("đạt 70% thư viện", "đạt /0% thư viện", ["70%"]),
        ("đạt 70% thư viện", "đạt ___ thư viện", ["70%"]),
        ("đạt 70% thư viện", "dat 70% thu vien", []),
        ("đạt ___ thư viện", "đạt 70% thư viện", ["đạt", "thư"]),
        ("tăng 10 - 15% mỗi", "tăng 10_-_15% mỗi", []),
        ("tăng 10_-_15% mỗi", "tăng 10 - 15% mỗi", ["10_-_15%"]),
        ("tăng 10 - 15% mỗi", "tăng 10 - 16% mỗi", ["15%"]),
        ("tăng 10-15% mỗi", "tăng 10-15% mỗi", []),
        ("năm 2025: đạt", "năm 2026: đạt", ["2025:"]),
        ("đạt B0% thư viện", "đạt B0% thư viện", ["B0%"]),
        ("đạt §0% thư viện", "đạt §0% thư viện", ["§0%"]),
        ("đạt 0% thư viện", "đạt 0% thư viện", ["0%"]),
        ("đạt 7O% thư viện", "đạt 7O% thư viện", ["7O%"]),
        ("đạt B % thư viện", "đạt B % thư viện", ["%"]),
        ("đạt 70 % thư viện", "đạt 70 % thư viện", []),
        ("(70%), “12,5%”; 80%.", "(70%), “12,5%”; 80%.", []),
    ],
)
def test_figures_on_which_readings_differ_are_doubts(first, second, doubts):
    words = line(first)
    assert [words[place].text for place in sorted(doubtful(words, line(second)))] == doubts


@pytest.mark.parametrize(
    ("sureness", "doubts"),
    [({"70%": 80}, []), ({"70%": 70}, ["70%"]), ({"thư": 40}, []), ({"thư": 20}, ["thư"])],
)
def test_word_that_was_hardly_legible_is_a_doubt(sureness, doubts):
    words = line("đạt 70% thư viện", sureness=sureness)
    assert [words[place].text for place in doubtful(words, line("đạt 70% thư viện"))] == doubts


def test_without_a_second_reading_every_figure_is_a_doubt():
    words = line("Đến năm 2025, 70% thư viện")
    assert [words[place].text for place in sorted(doubtful(words, []))] == ["2025,", "70%"]


def test_spans_of_doubts_cut_the_words_from_the_text():
    words = [*line("Đến năm 2025,"), *line("đạt 70% thư viện", at=2)]
    text, spans = written(words, {2, 4})
    assert text == "Đến năm 2025,\nđạt 70% thư viện"
    assert [text[start:end] for start, end in spans] == ["2025,", "70%"]


@pytest.mark.parametrize(
    ("before", "after", "between"),
    [
        ("thư viện.", "Đến năm", "\n\n"),
        ("thư viện", "cấp huyện", "\n"),
        ("thư viện;", "cấp huyện", "\n\n"),
        ("thư viện", "a) cấp huyện", "\n\n"),
        ("thư viện", "- cấp huyện", "\n\n"),
    ],
)
def test_sentence_goes_on_over_what_looks_like_a_paragraph(before, after, between):
    words = [*line(before)]
    words += [Word(w.text, (1, 2, 1), w.left, 0.2, w.right, 0.23, w.sure) for w in line(after)]
    assert written(words, set())[0] == f"{before}{between}{after}"
