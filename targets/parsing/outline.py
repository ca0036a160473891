"""Lines put together to headings, items and sentences; the section of objectives among them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from institutions.names import fold

from . import vocabulary
from .fuzzy import distance, same_word
from .model import Span
from .tokens import NO_DOUBTS, Doubts, Token, phrase_at, tokenize

# Levels of the outline; a smaller one holds the larger ones below it.
PART, ROMAN, NUMBERED, LETTERED, PARAGRAPH, DASH, PLUS, BULLET = 0, 1, 2, 8, 9, 10, 11, 12
TABLE = 13

_PART = re.compile(r"(?i:phần|phan|chương|chuong)\s+[\dIVX]+\b[.:]?|[A-D]\s*[.)]\s")
_ROMAN = re.compile(r"(?=[1liIVX]{0,4}[IVX])[1liIVX]{1,5}\s*[.)/]\s*(?=\S)")
_ARTICLE = re.compile(r"(?:điều|dieu|piều|piéu)\s+\d+\s*[.:]\s*", re.IGNORECASE)
_NUMBERED = re.compile(
    r"(\d{1,2}(?:\s?\.\s?\d{1,2})*)\s?(?:[.)]\s*|\s+)(?=[^\W\d_]|[“\"*]|\d+(?:,\d+)?\s*%)"
)
_LETTERED = re.compile(r"[^\W\d_]\s?\)\s*(?=\S)|[a-zđ]\.\s+(?=[^\W\d_])")
_DASH = re.compile(r"([-–—−‒+•*●▪·])\s*(?=\S)")
_RANGE_TAIL = re.compile(r"[-–—]\s*\d+(?:[.,]\d+)?\s*%?\s*(?P<rest>.*)")
_PAGE_NUMBER = re.compile(r"(?:[-–—*]\s*)?(?:(?:trang|page)\s*)?\d{1,3}(?:\s*(?:/|of)\s*\d{1,3})?"
                          r"(?:\s*[-–—*])?", re.IGNORECASE)  # fmt: skip
_TERMINAL = re.compile(r"[.;:!?…]['\"”*)]*\s*$")
_LINE = re.compile(r"[^\n\r\f\v\x85\u2028\u2029]*")

_OBJECTIVES = (("muc", "tieu"), ("chi", "tieu"))
_AFTER_OBJECTIVES = (
    ("nhiem", "vu"),
    ("giai", "phap"),
    ("kinh", "phi"),
    ("to", "chuc", "thuc", "hien"),
    ("noi", "dung", "thuc", "hien"),
)
_LONGEST_HEADING = 16  # words


@dataclass(slots=True)
class Item:
    """A heading, a list item or a paragraph, whole, however many lines it stands on."""

    level: int
    start: int
    body: int  # behind the number, letter or dash
    end: int
    skip: list[Span] = field(default_factory=list)  # page numbers and running heads within
    rows: list[Span] = field(default_factory=list)  # of a table, with empty first cells

    def tokens(self, text: str, doubts: Doubts = NO_DOUBTS) -> list[Token]:
        return tokenize(text, (self.body, self.end), self.skip, doubts)


@dataclass(frozen=True, slots=True)
class _Line:
    start: int  # of the first character that is not a space
    end: int
    text: str
    after_break: bool  # an empty line stands before it
    furniture: bool
    row: Span | None = None  # the whole line, if it is a row of a table


def read_items(text: str) -> list[Item]:
    """The text as items in order. Lines broken inside a sentence are joined again, over page
    numbers too: "câu lạc bộ,\\n\\nnhóm sở thích" is one sentence.
    """
    items: list[Item] = []
    pending: list[Span] = []
    broken = False
    for line in _lines(text):
        broken = broken or line.after_break
        if line.furniture:
            pending.append((line.start, line.end))
            broken = True
            continue
        if line.row is not None:
            if items and items[-1].level == TABLE:
                items[-1].rows.append(line.row)
                items[-1].end = line.end
            else:
                items.append(Item(TABLE, line.start, line.start, line.end, rows=[line.row]))
            pending, broken = [], False
            continue
        level, body = _marker(line.text)
        if (
            items
            and items[-1].level != TABLE
            and _continues(text, items[-1], line, level, broken, bool(pending))
        ):
            items[-1].skip.extend(pending)
            items[-1].end = line.end
        else:
            items.append(Item(level, line.start, line.start + body, line.end))
        pending, broken = [], False
    return items


def _lines(text: str) -> Iterator[_Line]:
    rows: list[tuple[int, int, str, bool, bool]] = []
    whole: list[Span] = []
    after_break = new_page = True
    at = 0
    while at < len(text):
        match = _LINE.match(text, at)
        assert match is not None
        stripped = match.group().strip()
        if stripped:
            start = match.start() + match.group().index(stripped)
            rows.append((start, start + len(stripped), stripped, after_break, new_page))
            whole.append((match.start(), match.start() + len(match.group().rstrip())))
            after_break = new_page = False
        else:
            after_break = True
        new_page = new_page or text[match.end() : match.end() + 1] == "\f"
        at = match.end() + (2 if text[match.end() : match.end() + 2] == "\r\n" else 1)
    numbers = [bool(_PAGE_NUMBER.fullmatch(row[2])) for row in rows]
    heads = _running_heads(rows, numbers)
    tabled = _table_rows(rows, numbers)
    counts: dict[str, int] = {}
    for row in rows:
        counts[_running_head(row[2])] = counts.get(_running_head(row[2]), 0) + 1
    for i, (start, end, stripped, broke, paged) in enumerate(rows):
        beside = paged or (i > 0 and numbers[i - 1]) or (i + 1 < len(rows) and numbers[i + 1])
        repeated = len(stripped) <= 80 and counts[_running_head(stripped)] >= 3
        furniture = i not in tabled and (numbers[i] or i in heads or (beside and repeated))
        yield _Line(start, end, stripped, broke, furniture, whole[i] if i in tabled else None)


_REFERENCE = re.compile(r"\d\s*/\s*[A-ZĐ]{2,}\s*-")  # "Kế hoạch số 1207/KH-UBND"


def _running_heads(
    rows: Sequence[tuple[int, int, str, bool, bool]], numbers: Sequence[bool]
) -> set[int]:
    """Lines beside a page number that stand in the middle of a sentence: what is before them is
    not finished, what comes after them goes on with a small letter.
    """
    found = set()
    for at, is_number in enumerate(numbers):
        if not is_number:
            continue
        for line, before, after in ((at - 1, at - 2, at + 1), (at + 1, at - 1, at + 2)):
            if before < 0 or after >= len(rows) or numbers[line]:
                continue
            text = rows[line][2]
            alone = rows[line][3] or _REFERENCE.search(text)
            apart = alone and text[:1].isupper() and len(text) <= 100
            goes_on = rows[after][2][:1].islower() and not _TERMINAL.search(rows[before][2][-8:])
            if apart and goes_on and "%" not in text:
                found.add(line)
    return found


_MARKER_CELL = re.compile(r"(?:[-–—+•*●▪·]|\(?[\dIVXivx]{1,4}(?:\.\d{1,2})*[.)]|[a-zđ][.)])")
_LONGEST_LABEL = 160  # of the first of two cells: longer ones are sentences with a tab in them


def _is_row(line: str) -> bool:
    """Whether a line with tabs is a row for sure: not "2.1.<tab>Mục tiêu" nor a sentence."""
    cells = [cell.strip() for cell in line.split("\t")]
    if len(cells) < 2:
        return False
    if _MARKER_CELL.fullmatch(cells[0]) and len(cells) == 2:
        return False
    if len(cells) > 2:
        return True
    return (
        len(cells[0]) <= _LONGEST_LABEL
        and cells[0][-1:] not in ",;:"
        and (_DASH.match(line) is None or any(map(str.isdigit, cells[1][:12])))
    )


def _table_rows(
    rows: Sequence[tuple[int, int, str, bool, bool]], numbers: Sequence[bool]
) -> set[int]:
    """Indexes of the lines that are rows of tables: stretches without an empty line, from a sure
    row to the last sure one, at least two of them. Lines without tab between are cells merged over
    all columns. An empty line ends a table, a page number does not.
    """
    found: set[int] = set()
    run: list[int] = []
    sure: list[int] = []

    def close() -> None:
        if len(sure) > 1:
            found.update(at for at in run if sure[0] <= at <= sure[-1])
        run.clear()
        sure.clear()

    for at, (_, _, line, after_break, _) in enumerate(rows):
        is_row = "\t" in line and _is_row(line)
        if numbers[at] and sure:
            continue
        if after_break and not (is_row and sure and at - sure[-1] < 4):
            close()
        run.append(at)
        if is_row:
            sure.append(at)
    close()
    return found


def _running_head(line: str) -> str:
    return re.sub(r"\d+", "0", fold(line))


def _marker(line: str) -> tuple[int, int]:
    """Level and length of the number, letter or dash that opens a line."""
    if match := _DASH.match(line):
        return {"+": PLUS, "•": BULLET, "●": BULLET, "▪": BULLET, "*": BULLET, "·": BULLET}.get(
            match.group(1), DASH
        ), match.end()
    if match := _ROMAN.match(line):
        return ROMAN, match.end()
    if match := _ARTICLE.match(line):
        return ROMAN, match.end()
    if match := _NUMBERED.match(line):
        number = match.group(1)
        if "." in match.group() or ")" in match.group():
            return NUMBERED + min(number.count("."), 5), match.end()
    if match := _PART.match(line):
        return PART, match.end()
    if match := _LETTERED.match(line):
        return LETTERED, match.end()
    return PARAGRAPH, 0


# Behind "- 70%" they begin an entry of a list, where a range goes on with "mỗi năm".
_NEW_STATEMENT = frozenset({"thu", "thw", "bao", "trun", "nha", "so", "tong", "cac", "co", "xa"})


def _continues(
    text: str, item: Item, line: _Line, level: int, broken: bool, over_page: bool
) -> bool:
    before = text[item.start : item.end]
    closed = bool(_TERMINAL.search(before[-8:]))
    heading = item.level < LETTERED
    if level == DASH:
        tail = _RANGE_TAIL.match(line.text)
        if tail and re.search(r"(?<!\d)\d{1,3}(?:,\d+)?\s*%?\s*$", before[-12:]):
            following = fold(tail["rest"]).split()
            return not following or following[0][:4] not in _NEW_STATEMENT
        # "nhà văn hóa\n- khu thể thao thôn"
        return not broken and not closed and not heading and line.text[1:].lstrip()[:1].islower()
    if level != PARAGRAPH:
        return False
    if before.rstrip().endswith(","):
        return True
    first = line.text[0]
    if heading:
        if before.rstrip().endswith(":"):
            return False
        return first.islower() and not (closed and broken)
    if not broken:
        return not before.rstrip().endswith(":") or not first.isupper()
    if closed:
        return False
    return over_page or first.islower() or first.isdigit() or first in "%,"


def objectives(text: str, items: Sequence[Item]) -> Iterator[list[Item]]:
    """Items of each section "Mục tiêu", its heading first.

    It ends at the next heading of its level or above ("III. NHIỆM VỤ, GIẢI PHÁP"), or at a lower
    one that opens tasks, money or organisation, unless that again speaks of objectives.
    """
    section: list[Item] = []
    level = PARAGRAPH
    general = False  # "1. Mục tiêu chung" whose own heading was not legible: "2." goes on with it
    for item in items:
        is_heading, about, after = _heading(text, item)
        if section and is_heading and not about and (item.level <= level or after):
            # beside a section that says nothing so far may stand its own end, misread
            goes_on = general or (level >= NUMBERED and not _has_figure(text, section))
            if not goes_on or item.level != level or after:
                yield section
                section = []
        elif not section and is_heading and about:
            level = ROMAN if _has_spoilt_number(text, item) else item.level
            general = level >= NUMBERED and any(
                same_word(word, "chung") for word in fold(text[item.body : item.end]).split()
            )
            section = [item]
            continue
        if section:
            section.append(item)
    if section:
        yield section


def _has_figure(text: str, section: Sequence[Item]) -> bool:
    return any("%" in text[item.start : item.end] for item in section)


def before_tasks(text: str, items: Sequence[Item]) -> list[Item]:
    """Items up to the first heading of tasks, money or organisation that stands behind one of
    objectives; all, if none is legible.
    """
    begun = False
    for number, item in enumerate(items):
        is_heading, about, after = _heading(text, item)
        begun = begun or (is_heading and about)
        if begun and is_heading and after and not about:
            return list(items[:number])
    return list(items)


def _opens_annex(text: str, item: Item) -> bool:
    """ "PHỤ LỤC", "Biểu số 01", however badly read."""
    words = fold(text[item.start : item.start + 24]).split()[:2]
    return bool(words) and (
        same_word(words[0], "bieu")
        or words[0] == "phuluc"
        or (len(words) > 1 and distance(words[0], "phu") + distance(words[1], "luc") <= 1.2)
    )


def annexed(text: str, items: Sequence[Item], section: Sequence[Item]) -> list[list[Item]]:
    """Annexes behind the plan whose title speaks of objectives: "PHỤ LỤC: CÁC CHỈ TIÊU …". Each up
    to the next annex. Nothing without a section of objectives.
    """
    if not section:
        return []
    last = section[-1].start
    found: list[list[Item]] = []
    for number, item in enumerate(items):
        if item.start <= last or not _opens_annex(text, item):
            continue
        title = items[number : number + 4]
        behind = [one for one in title[1:] if one.level != TABLE]
        about = any(
            phrase_at(tokens, at, phrase) is not None
            for one in (item, *behind)
            if one.end - one.start < 400
            for tokens in [one.tokens(text)]
            for at in range(len(tokens))
            for phrase in _OBJECTIVES
        )
        table = any(one.level == TABLE for one in items[number : number + 6])
        if not about or not table:
            continue
        rest = items[number:]
        stop = next(
            (at for at, one in enumerate(rest) if at and _opens_annex(text, one)), len(rest)
        )
        found.append(rest[:stop])
    return found


def _heading(text: str, item: Item) -> tuple[bool, bool, bool]:
    """(it is a heading, it opens objectives, it opens what comes after them)"""
    if item.level > PARAGRAPH or item.end - item.body > 400:
        return False, False, False
    tokens = item.tokens(text)
    words = [token for token in tokens if token.is_word]
    if not words or len(words) > _LONGEST_HEADING or item.level == LETTERED:
        return False, False, False
    marked = item.level < LETTERED
    capitals = _is_in_capitals(text[item.start : item.end])
    # without a legible number the words stand first, or behind what is left of it: "kII. NHIỆM VỤ"
    places = range(len(tokens)) if marked else range(min(3 if capitals else 1, len(tokens)))
    about = any(
        phrase_at(tokens, at, phrase) is not None for at in places for phrase in _OBJECTIVES
    ) or (len(words) <= 6 and any(_is_nearly(tokens, 0, phrase) for phrase in _OBJECTIVES))
    after = any(
        phrase_at(tokens, at, phrase) is not None for at in places for phrase in _AFTER_OBJECTIVES
    )
    if marked:
        return True, about, after
    # Without a number only a short line counts: "MỤC TIÊU", "NHIỆM VỤ VÀ GIẢI PHÁP".
    short = len(words) <= 6 and (capitals or len(words) <= 3)
    return short and (about or after), short and about, short and after


def _has_spoilt_number(text: str, item: Item) -> bool:
    """Whether something stands before the words of a heading without a number: "Ir. MỤC TIÊU"."""
    tokens = item.tokens(text)
    return item.level == PARAGRAPH and not any(
        phrase_at(tokens, 0, phrase) is not None or _is_nearly(tokens, 0, phrase)
        for phrase in _OBJECTIVES
    )


def _is_in_capitals(line: str) -> bool:
    """Whether a line is written in capitals, but for a letter misread here and there."""
    letters = [char for char in line if char.isalpha()]
    return sum(map(str.isupper, letters)) >= 0.85 * len(letters)


def _is_nearly(tokens: Sequence[Token], at: int, phrase: Sequence[str]) -> bool:
    """Whether the words of a heading are these, however badly read: the rest hangs on it."""
    seen = tokens[at : at + len(phrase)]
    if len(seen) < len(phrase) or not all(token.is_word for token in seen):
        return False
    cost = sum(distance(token.folded, word) for token, word in zip(seen, phrase, strict=True))
    other = min(distance(seen[1].folded, word) for word in ("dich", "tich"))
    return cost <= 0.28 * sum(map(len, phrase)) and distance(seen[1].folded, phrase[1]) < other


_LONGEST_SENTENCE = 600  # words and marks; the longest of the real plans has about 150
_ABBREVIATIONS = vocabulary.words("tp tx tt st tr p q h x ubnd gs ts ths")


def sentences(tokens: Sequence[Token]) -> list[list[Token]]:
    """Tokens of an item cut at full stops; a stop before a small letter or behind an abbreviation
    ("TP. Pleiku") does not end a sentence. What goes on without end is cut at a comma: no sentence
    is that long, and reading one takes more than linear time.
    """
    found: list[list[Token]] = [[]]
    for i, token in enumerate(tokens):
        found[-1].append(token)
        if len(found[-1]) >= _LONGEST_SENTENCE and (
            token.is_mark(",;") or len(found[-1]) >= 2 * _LONGEST_SENTENCE
        ):
            found.append([])
            continue
        if not token.is_mark(".!?") or i + 1 == len(tokens):
            continue
        before = tokens[i - 1] if i else None
        if before and before.is_word and before.folded in _ABBREVIATIONS:
            continue
        after = tokens[i + 1]
        if after.raw[0].islower() and after.folded not in ("den", "phan"):
            continue
        found.append([])
    return [sentence for sentence in found if sentence]
