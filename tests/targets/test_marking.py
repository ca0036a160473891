"""The text beside its targets: cutting it never loses or repeats a letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targets.marking import (
    Layout,
    Quote,
    Segment,
    layout,
    page_at,
    places,
    segments,
    sentence_around,
    trimmed,
)

TEXT = """I. MỤC TIÊU

1. Mục tiêu chung

Tiếp tục đổi mới hoạt động.

2. Mục tiêu cụ thể

2.1. Thư viện

- Đến năm 2025, 70% thư viện huyện, 40% thư viện xã có dịch vụ,

kể cả lưu động. Đến năm 2030, 90%.
- Đến năm 2025, 60% và đến 2030 đạt 80% trung tâm văn hoá.

III. NHIỆM VỤ

1. Tuyên truyền 5 lần."""


def quote(key, words, sentence=None):
    start = TEXT.index(words)
    sentence = sentence or words
    first = TEXT.index(sentence)
    return Quote(key, start, start + len(words), first, first + len(sentence))


LONG = "Đến năm 2025, 70% thư viện huyện, 40% thư viện xã có dịch vụ,\n\nkể cả lưu động."
DISTRICT = quote(1, "70% thư viện huyện", LONG)
COMMUNE = quote(2, "40% thư viện xã", LONG)
LATER = quote(3, "90%", "Đến năm 2030, 90%.")
OUTER = quote(4, "60% và đến 2030 đạt 80% trung tâm văn hoá")
INNER = quote(5, "80% trung tâm văn hoá")


@st.composite
def texts_with_quotes(draw):
    text = draw(st.text(alphabet="ab1. \n-I%đ", max_size=60))
    place = st.integers(-3, len(text) + 3)
    spans = draw(st.lists(st.tuples(place, place, place, place), max_size=6))
    return text, [Quote(key, *span) for key, span in enumerate(spans)]


@given(texts_with_quotes())
def test_segments_joined_are_the_text(drawn):
    text, quotes = drawn
    assert "".join(s.text for s in segments(text, 0, len(text), quotes)) == text


@given(texts_with_quotes())
def test_segments_end_each_visible_quote_once(drawn):
    text, quotes = drawn
    ended = [key for s in segments(text, 0, len(text), quotes) for key in s.ending]
    visible = [q.key for q in quotes if max(q.start, 0) < min(q.end, len(text))]
    assert sorted(ended) == sorted(visible)


@given(texts_with_quotes())
def test_segments_of_a_quote_joined_are_the_quote(drawn):
    text, quotes = drawn
    cut = segments(text, 0, len(text), quotes)
    for q in quotes:
        covered = "".join(s.text for s in cut if q.key in s.covered_by)
        assert covered == text[max(q.start, 0) : max(q.end, 0)]


@given(texts_with_quotes())
def test_layout_blocks_cover_the_objectives_without_gap(drawn):
    text, quotes = drawn
    found = layout(text, quotes)
    assert "".join(text[b.start : b.end] for b in found.blocks) == text[found.start : found.end]


@given(texts_with_quotes())
def test_layout_cuts_no_sentence(drawn):
    text, quotes = drawn
    for block in layout(text, quotes).blocks:
        for q in block.quotes:
            assert block.start <= q.start
            assert min(q.end, len(text)) <= block.end
            assert min(q.sentence_end, len(text)) <= block.end


def test_segments_of_nested_quotes_know_both():
    start, end = OUTER.start, OUTER.end
    assert segments(TEXT, start, end, [OUTER, INNER]) == [
        Segment("60% và đến 2030 đạt ", (4,), ()),
        Segment("80% trung tâm văn hoá", (4, 5), (4, 5)),
    ]


def test_segments_without_quotes_are_one_piece():
    assert segments(TEXT, 0, 11, []) == [Segment("I. MỤC TIÊU")]


def test_segments_of_an_empty_part_are_none():
    assert segments(TEXT, 5, 5, [DISTRICT]) == []


def test_layout_starts_at_the_headings_above_the_first_quote():
    found = layout(TEXT, [DISTRICT])
    assert TEXT[: found.start].endswith("Tiếp tục đổi mới hoạt động.\n\n")
    assert [b.heading for b in found.blocks] == [1, 2, 0]


def test_layout_joins_blocks_that_a_sentence_runs_through():
    found = layout(TEXT, [DISTRICT, COMMUNE, LATER])
    assert [tuple(q.key for q in b.quotes) for b in found.blocks][-1] == (1, 2, 3)
    assert TEXT[found.blocks[-1].start : found.blocks[-1].end].strip().endswith("90%.")


def test_layout_begins_a_block_at_each_dash():
    found = layout(TEXT, [LATER, OUTER, INNER])
    assert [tuple(q.key for q in b.quotes) for b in found.blocks if b.quotes] == [(3,), (4, 5)]


def test_layout_leaves_the_tasks_out():
    found = layout(TEXT, [DISTRICT, OUTER])
    assert TEXT[found.end :].strip().startswith("III. NHIỆM VỤ")


def test_layout_reaches_to_sentences_that_were_not_read():
    start = TEXT.index("Tuyên truyền")
    found = layout(TEXT, [DISTRICT], also=[(start, start + 5)])
    assert TEXT[found.end :] == ""


@pytest.mark.parametrize("text", ["", "Không có chỉ tiêu"])
def test_layout_without_quotes_is_empty(text):
    assert layout(text, []) == Layout(0, 0)


# What a person marks ---------------------------------------------------------------------------


@given(texts_with_quotes())
def test_segments_say_where_they_stand(drawn):
    text, quotes = drawn
    for segment in segments(text, 0, len(text), quotes):
        assert text[segment.start : segment.start + len(segment.text)] == segment.text


@given(st.text(alphabet="ab1. \n-;%Đđ\t", min_size=1, max_size=80), st.data())
def test_sentence_holds_what_was_marked(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    try:
        start, end = trimmed(text, start, end)
    except ValueError:
        return
    first, last = sentence_around(text, start, end)
    assert 0 <= first <= start < end <= last <= len(text)


SENTENCES = """2.1. Thư viện

- Đến năm 2025, 70% thư viện huyện (theo TT. số
5), thôn, bản v.v. của xã. Đến năm 2030, đạt 90%.
- Khác 20%; còn nữa 30%; Đến 45%.
Nhóm\t2025\t2030
Cấp huyện\t50%\t60%

III. NHIỆM VỤ"""


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            "70% thư viện",
            "- Đến năm 2025, 70% thư viện huyện (theo TT. số\n5), thôn, bản v.v. của xã.",
        ),
        ("90%", "Đến năm 2030, đạt 90%."),
        ("xã. Đến năm 2030", SENTENCES[SENTENCES.index("- Đến") : SENTENCES.index("\n- Khác")]),
        ("30%", "- Khác 20%; còn nữa 30%;"),
        ("50%", "Cấp huyện\t50%\t60%"),
        (SENTENCES, SENTENCES),
    ],
    ids=lambda value: value[:12],
)
def test_sentence_around_marked_words(words, sentence):
    start = SENTENCES.index(words)
    first, last = sentence_around(SENTENCES, start, start + len(words))
    assert SENTENCES[first:last] == sentence


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("thư viện xã", 1),
        ("thư\n viện\txã", 1),
        ("Đến năm 2025,", 2),
        ("dịch vụ,\n\nkể cả", 1),
        ("dịch vụ, kể cả", 1),
        ("Thư viện xã", 0),  # letter by letter
        ("70 %", 0),
        ("70% thư viện huyện, 40%.", 0),
        ("", 0),
        (" \n", 0),
    ],
)
def test_places_of_pasted_words(words, found):
    spans = places(TEXT, words)
    assert len(spans) == found
    for start, end in spans:
        assert TEXT[start:end].split() == words.split()


@pytest.mark.parametrize(
    ("starts", "place", "page"),
    [((), 5, None), ((0, 10, 20), 0, 1), ((0, 10, 20), 9, 1), ((0, 10, 20), 10, 2), ((3,), 0, 1)],
)
def test_page_of_a_place(starts, place, page):
    assert page_at(starts, place) == page
