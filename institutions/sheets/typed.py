"""Text typed in the fonts of before Unicode: TCVN3 (.VnTime) and VNI (VNI-Times).

PURE: no Django. Such text holds Latin letters and signs that only those fonts show as
Vietnamese: "Th­ viÖn", "Thö vieän". Workbooks carry it in their cells to this day.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from institutions.sheets.vietnamese import evidence, words

TCVN3, VNI, MOJIBAKE = "tcvn3", "vni", "mojibake"

_TCVN3 = str.maketrans(
    "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊËÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\u00adõö÷øùúûüýþ®¡¢£¤¥¦§",
    "àảãáạăằẳẵắặâầẩẫấậèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵđĂÂÊÔƠƯĐ",
)
# VNI writes a letter and its marks as two characters, a few as one.
_VNI_MARKS = {
    "a": "ùá øà ûả õã ïạ êă éắ èằ úẳ üẵ ëặ ââ áấ àầ åẩ ãẫ äậ",
    "e": "ùé øè ûẻ õẽ ïẹ âê áế àề åể ãễ äệ",
    "o": "ùó øò ûỏ õõ ïọ âô áố àồ åổ ãỗ äộ",
    "ô": "ùớ øờ ûở õỡ ïợ",
    "u": "ùú øù ûủ õũ ïụ",
    "ö": "ùứ øừ ûử õữ ïự",
    "y": "ùý øỳ ûỷ õỹ",
}
_VNI_ALONE = {"æ": "ỉ", "ó": "ĩ", "ò": "ị", "ô": "ơ", "ö": "ư", "î": "ỵ", "ñ": "đ"}
_VNI = {
    base + pair[0]: pair[1] for base, pairs in _VNI_MARKS.items() for pair in pairs.split()
} | _VNI_ALONE
_VNI |= {key.upper(): value.upper() for key, value in _VNI.items()} | {
    base.upper() + pair[0]: pair[1].upper()
    for base, pairs in _VNI_MARKS.items()
    for pair in pairs.split()
}
_VNI_PIECE = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))

# Characters of the upper half of Windows-1252 that no Vietnamese word holds.
TELLTALE = re.compile("[¡-¿ÄÅÆÇËÎÏÐÑÖ×ØÛÜÞßäåæçëîïðñö÷øûüþÿ]")
_WORDS = re.compile(r"\w+")
_CAPITALS, _SMALL = re.compile("[A-Z]{2}"), re.compile("[a-z]")
_NOT_1252 = re.compile("[^\x00-\xff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")


def from_tcvn3(text: str) -> str:
    """The Unicode for text typed in a TCVN3 font. Capitals with a tone have no code of their own
    and are typed as small letters: "VI\u00d6N" is VIỆN."""
    converted = text.translate(_TCVN3)
    if _CAPITALS.search(text) and not _SMALL.search(text):
        return converted.upper()
    return _WORDS.sub(_in_capitals, converted)


def _in_capitals(match: re.Match[str]) -> str:
    word = match[0]
    # A capital at the beginning may be that of a name; one further on is not.
    is_loud = any(map(str.isupper, word[1:])) and not any(
        char.isascii() and char.islower() for char in word
    )
    return word.upper() if is_loud else word


def from_vni(text: str) -> str:
    """The Unicode for text typed in a VNI font."""
    return _VNI_PIECE.sub(lambda piece: _VNI[piece[0]], text)


def from_mojibake(text: str) -> str:
    """UTF-8 that was read as Windows-1252 and saved so ("Th\u00c6\u00b0 vi\u00e1\u00bb\u2021n");
    the same text if it cannot be that."""
    try:
        return b"".join(map(_byte, text)).decode("utf-8")
    except UnicodeError:
        return text


def _byte(char: str) -> bytes:
    # Windows reads the five bytes that Windows-1252 leaves open as control characters.
    return bytes([ord(char)]) if "\x7f" < char < "\xa0" else char.encode("cp1252")


CONVERT = {TCVN3: from_tcvn3, VNI: from_vni, MOJIBAKE: from_mojibake}


def _score(found: Iterable[str]) -> int:
    good, bad = evidence(found)
    return good - bad


def _may_be_typed(word: str) -> bool:
    """Fonts of before Unicode know the characters of Windows-1252 only."""
    return not _NOT_1252.search(word)


class Typist:
    """Brings cells to Unicode, whatever they were typed in.

    Decides from a sample of texts; a later cell that clearly says otherwise goes its own way, and
    `is_mixed` tells so. `typed_in`: as chosen by a person ("unicode": convert nothing), or None.
    """

    def __init__(self, sample: Iterable[str], typed_in: str | None = None):
        self.is_mixed = False
        self._is_chosen = typed_in in ("unicode", *CONVERT)
        self.typed_in = typed_in if typed_in in CONVERT else None
        self._known: dict[str, str] = {}
        if not self._is_chosen:
            found = {word for text in sample for word in words(unicodedata.normalize("NFC", text))}
            self.typed_in = self._decide(found)

    def _decide(self, found: set[str]) -> str | None:
        typed = {word for word in found if _may_be_typed(word)}
        scores = {None: _score(typed)}
        for name, convert in CONVERT.items():
            # Mojibake breaks words at its control characters and spaces: same words, joined anew.
            scores[name] = _score(
                {new for word in typed for new in words(convert(word)) or {"?" + word}}
            )
        best = max(scores, key=lambda name: (scores[name], name is None))
        return best if scores[best] > max(0, scores[None]) else None

    def text(self, cell: str) -> str:
        """The cell in Unicode, composed (NFC)."""
        if cell.isascii():
            return cell
        if not unicodedata.is_normalized("NFC", cell):
            cell = unicodedata.normalize("NFC", cell)
        if self._is_chosen:
            return cell if self.typed_in is None else CONVERT[self.typed_in](cell)
        if self.typed_in is None and not TELLTALE.search(cell):
            return cell
        if (known := self._known.get(cell)) is None:
            if len(self._known) > 20_000:
                self._known.clear()
            known = self._known[cell] = self._convert(cell)
        return known

    def _convert(self, cell: str) -> str:
        found = words(cell)
        as_is = _score(found)
        if self.typed_in is None:
            best, text = 0, cell
            for convert in CONVERT.values():
                tried = convert(cell)
                good, bad = evidence(words(tried))
                if good and not bad and good > max(best, as_is):
                    best, text = good, tried
            if text != cell:
                self.is_mixed = True
            return text
        if not all(map(_may_be_typed, found)):
            self.is_mixed = True
            return cell
        tried = CONVERT[self.typed_in](cell)
        if tried != cell and _score(words(tried)) < as_is:
            self.is_mixed = True
            return cell
        return tried
