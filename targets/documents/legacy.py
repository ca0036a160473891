"""Text typed with the fonts of old: TCVN3 (ABC, .VnTime) and VNI (VNI-Times).

Such a font draws Vietnamese letters in place of Western ones. What a file holds are the Western
ones: "ViÖt Nam" (TCVN3), "Vieät Nam" (VNI).
"""

import re
import unicodedata
from contextlib import suppress

from .vietnamese import accented_words, share

# Sure means: nearly all words come out as syllables, and no other reading comes near.
_SURE = 0.75
_MARGIN = 0.2
_FEWEST_WORDS = 3

_TCVN3 = dict(zip(
    "¡¢£¤¥¦§¨©ª«¬\u00ad®"
    "µ¶·¸¹»¼½¾Æ"
    "ÇÈÉÊËÌÎÏÐÑ"
    "ÒÓÔÕÖ×ØÜÝÞ"
    "ßáâãäåæçèé"
    "êëìíîïñòóô"
    "õö÷øùúûüýþ",
    "ĂÂÊÔƠƯĐăâêôơưđ"
    "àảãáạằẳẵắặ"
    "ầẩẫấậèẻẽéẹ"
    "ềểễếệìỉĩíị"
    "òỏõóọồổỗốộ"
    "ờởỡớợùủũúụ"
    "ừửữứựỳỷỹýỵ",
    strict=True,
))  # fmt: skip

_GRAVE, _ACUTE, _TILDE, _HOOK, _DOT = "\u0300\u0301\u0303\u0309\u0323"
_ROUND, _BREVE = "\u0302\u0306"
# A mark follows its vowel; one that draws two marks has a code of its own.
_VNI_MARKS = {
    "ù": _ACUTE, "ø": _GRAVE, "û": _HOOK, "õ": _TILDE, "ï": _DOT,
    "â": _ROUND, "á": _ROUND + _ACUTE, "à": _ROUND + _GRAVE, "å": _ROUND + _HOOK,
    "ã": _ROUND + _TILDE, "ä": _ROUND + _DOT,
    "ê": _BREVE, "é": _BREVE + _ACUTE, "è": _BREVE + _GRAVE, "ú": _BREVE + _HOOK,
    "ü": _BREVE + _TILDE, "ë": _BREVE + _DOT,
}  # fmt: skip
_VNI_LETTERS = dict(zip("ôöñæóòîÔÖÑÆÓÒÎ", "ơưđỉĩịỵƠƯĐỈĨỊỴ", strict=True))
_MARKS = "".join(_VNI_MARKS) + "".join(_VNI_MARKS).upper()
_VNI = re.compile(f"([aeouyôöAEOUYÔÖ])([{_MARKS}])|([{''.join(_VNI_LETTERS)}])")


def from_tcvn3(text: str) -> str:
    """Capitals with marks had a font of their own, with the codes of small letters."""
    text = "".join(_TCVN3.get(char, char) for char in text)
    return re.sub(r"[^\W\d_]+", lambda word: _capitals(word.group()), text)


def _capitals(word: str) -> str:
    plain = [char for char in word if char.isascii()]
    return word.upper() if len(plain) > 1 and all(map(str.isupper, plain)) else word


def from_vni(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        vowel, mark, alone = match.groups()
        if alone:
            return _VNI_LETTERS[alone]
        letter = _VNI_LETTERS.get(vowel, vowel) + _VNI_MARKS[mark.lower()]
        return unicodedata.normalize("NFC", letter)

    return _VNI.sub(one, text)


def decoded(content: bytes) -> str | None:
    """Text of bytes that are no Unicode; None if it is not certain which table they follow."""
    western = content.decode("cp1252", errors="replace")
    readings = [from_tcvn3(western), from_vni(western)]
    with suppress(UnicodeDecodeError):
        readings.append(unicodedata.normalize("NFC", content.decode("cp1258")))
    return _best(readings)


def mended(text: str) -> str:
    """Unicode text typed with such a font, in the letters that it showed; any other composed."""
    text = unicodedata.normalize("NFC", text)
    if share(text) >= _SURE or not accented_words(text):
        return text
    return _best([text, from_tcvn3(text), from_vni(text)]) or text


def _best(readings: list[str]) -> str | None:
    ranked = sorted(((share(text), text) for text in readings), reverse=True)
    (first, text), (second, _other) = ranked[:2]
    if first < _SURE or first - second < _MARGIN or len(accented_words(text)) < _FEWEST_WORDS:
        return None
    return text
