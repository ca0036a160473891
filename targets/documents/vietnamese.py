"""How much of a text is Vietnamese: whether its words are syllables that the language has.

Decides between encodings: letters decoded with the wrong table make no syllables.
"""

import re
import unicodedata

# Of tone marks: grave, acute, tilde, hook above, dot below.
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_WORD = re.compile(r"[^\W\d_]+")
_WRITTEN = """
a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
e ec em en eng eo ep et ê êch êm ên ênh êp êt êu i ia ich im in inh ip it iu
iêc iêm iên iêng iêp iêt iêu o oc oi om on ong op ot ooc oong oa oac oach oai oam oan oang oanh
oao oap oat oay oăc oăm oăn oăng oăt oe oen oeo oet ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
u ua uc ui um un ung up ut uân uâng uât uây uê uêch uênh uy uya uych uynh uyt uyu uyên uyêt
uôc uôi uôm uôn uông uôt uơ ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu
y yêm yên yêng yêt yêu
"""
_RHYMES = _WRITTEN.split()
_ONSETS = "ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnpqrstvx]"
_SYLLABLE = re.compile(f"(?:{_ONSETS})?(?:{'|'.join(_RHYMES)})")
_UNMARKED = sorted({rhyme.translate(str.maketrans("ăâêôơư", "aaeoou")) for rhyme in _RHYMES})
_PLAIN = re.compile(f"(?:{_ONSETS})?(?:{'|'.join(_UNMARKED)})")


def is_syllable(word: str) -> bool:
    """Whether a word of composed letters can be one, tone included ("cấp", not "câp")."""
    parts = unicodedata.normalize("NFD", word.lower())
    tones = _TONES.findall(parts)
    base = unicodedata.normalize("NFC", _TONES.sub("", parts))
    if len(tones) > 1 or not _SYLLABLE.fullmatch(base):
        return False
    stopped = base.endswith(("c", "ch", "p", "t"))
    return not stopped or tones in (["\u0301"], ["\u0323"])


def accented_words(text: str) -> list[str]:
    """Words with a letter beyond ASCII: those in which encodings differ."""
    return [word for word in _WORD.findall(text) if not word.isascii()]


def share(text: str) -> float:
    """Part of the accented words that are syllables; 0 if there are no such words."""
    words = accented_words(text)
    return sum(map(is_syllable, words)) / len(words) if words else 0.0


def looks_written(text: str) -> bool:
    """Whether words are there at all, accents or none: not so where a font's letters are unknown.

    Text that recognition garbled ("thw vién") still passes.
    """
    words = [word for word in _WORD.findall(text) if len(word) > 1]
    if len(words) < 5:
        return False
    good = sum(map(_is_like_syllable, words))
    return good * 10 >= len(words) * 3


def _is_like_syllable(word: str) -> bool:
    parts = unicodedata.normalize("NFD", word.lower().replace("đ", "d"))
    return bool(_PLAIN.fullmatch("".join(part for part in parts if part.isalpha())))
