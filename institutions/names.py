"""Vietnamese names: comparing, ordering and addressing them.

PURE: no Django. Neither database at hand carries a Vietnamese collation, so the order of names is
written beside them as a plain key, and a name is looked up by its folded form.
"""

import re
import unicodedata

# Combining marks of the five written tones, in dictionary order; no mark is the first tone.
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
_BREVE, _CIRCUMFLEX, _HORN = "\u0306", "\u0302", "\u031b"
# Letters of their own in the alphabet, by base letter and mark: a ă â … o ô ơ … u ư.
_LETTERS = {
    ("a", _BREVE): "a1",
    ("a", _CIRCUMFLEX): "a2",
    ("e", _CIRCUMFLEX): "e1",
    ("o", _CIRCUMFLEX): "o1",
    ("o", _HORN): "o2",
    ("u", _HORN): "u1",
}
_END_OF_LETTERS, _GAP = "00", "01"
_PIECES = re.compile(r"[0-9]+|[^\W\d_][\u0300-\u036f]*|.", re.DOTALL)


def fold(text: str) -> str:
    """Lower case without diacritics, đ as d: "Thành phố Thanh Hoá" -> "thanh pho thanh hoa".

    Equal for both places of a tone mark (hoá, hóa) and for composed and decomposed input.
    White space and punctuation stay as they are.
    """
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFC", text).lower())
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return bare.replace("đ", "d")


def sort_key(text: str) -> str:
    """Key whose plain byte order is the Vietnamese order of names.

    Only the characters 0-9 and a-z occur, so SQLite, PostgreSQL and Python agree on the order
    whatever the collation. First level: letters (a ă â b c d đ e ê …), a gap before any letter,
    numbers by value ("Xã 2" < "Xã 10"). Second level: tones in the order ngang, huyền, hỏi, ngã,
    sắc, nặng, one per syllable, so that hoá and hóa are one. Case and punctuation do not count.
    At most about three times as long as a Vietnamese name.
    """
    letters: list[str] = []
    tones: list[str] = []
    tone = 0
    in_syllable = False
    for piece in _PIECES.findall(unicodedata.normalize("NFD", text.lower())):
        if piece[0].isalpha():
            letters.append(_letter(piece))
            tone = max(tone, *(_TONES.get(mark, 0) for mark in piece))
            in_syllable = True
            continue
        if in_syllable:
            tones.append(str(tone))
            tone, in_syllable = 0, False
        if piece.isascii() and piece.isdigit():
            value = piece.lstrip("0")[:99]
            letters.append(f"1{len(value):02d}{value}")
        elif letters and letters[-1] != _GAP:
            letters.append(_GAP)
    if in_syllable:
        tones.append(str(tone))
    if letters and letters[-1] == _GAP:
        letters.pop()
    return "".join(letters) + _END_OF_LETTERS + "".join(tones)


def search_patterns(text: str) -> list[str]:
    """Regular expressions that a `sort_key` must all contain for its name to answer a search.

    One for each word of `text`, anchored at the start of a word of the name: "vien ba" finds "Thư
    viện huyện Ba Bể", whatever the marks, case and order. A number at the end of a word may go on
    ("xa 1" finds "Xã 10"). The syntax is common to Python, SQLite through Django and PostgreSQL.
    """
    patterns = []
    for word in re.findall(r"[^\W_]+", fold(text)):
        pieces = []
        for piece in re.findall(r"[0-9]+|.", word):
            if piece.isascii() and piece.isdigit():
                pieces.append(f"1[0-9]{{2}}{piece.lstrip('0')[:99]}")
            else:
                pieces.append(f"{piece}[0-9]" if piece.isascii() else _letter(piece))
        patterns.append(f"(^|{_GAP}){''.join(pieces)}")
    return patterns


def slug(text: str) -> str:
    """Part of an address: "Bắc Kạn" -> "bac-kan". Empty if the text has no letter or digit."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")


def _letter(piece: str) -> str:
    base, marks = piece[0], piece[1:]
    if base == "đ":
        return "d1"
    if not base.isascii():
        return f"z9{ord(base):06x}"
    for mark in marks:
        if (base, mark) in _LETTERS:
            return _LETTERS[base, mark]
    return f"{base}0"
