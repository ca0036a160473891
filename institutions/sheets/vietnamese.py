"""Is this Vietnamese? Syllables decide in which encoding or old font a text makes sense.

PURE: no Django. A Vietnamese word is one syllable of an onset, a rhyme and a tone, from short
lists; bytes read in the wrong encoding almost never form one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_TONES = {"\u0300": "f", "\u0309": "r", "\u0303": "x", "\u0301": "s", "\u0323": "j"}
_BEFORE_FRONT = frozenset({"k", "gh", "ngh"})  # written so before i, e, ê, y only
_BEFORE_OTHERS = frozenset({"c", "g", "ng"})
_ONSETS = frozenset(
    ["", *"b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x".split()]  # noqa: SIM905
)
_RHYMES = frozenset(
    """
    a ac ach ai am an ang anh ao ap at au ay ă ăc ăm ăn ăng ăp ăt â âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et ê êch êm ên ênh êp êt êu
    i ia ich im in inh ip it iu iê iêc iêm iên iêng iêp iêt iêu
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet
    oi om on ong ooc oong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
    u ua uân uâng uât uây uc uê uêch uênh uêt ui um un ung uơ uôc uôi uôm uôn uông uôt up ut
    uy uya uych uyên uyêt uynh uyt uyu ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu
    ưt ưu y ych yêm yên yêng yêt yêu ynh yt
    """.split()  # noqa: SIM905
)
# What reports of libraries, museums and culture centres are full of.
_COMMON = frozenset(
    """
    có không áp dụng thư viện bảo tàng nhà văn hoá hóa trung tâm tỉnh huyện xã phường thị trấn
    thành phố quận thôn bản tổ đơn vị mã tên số lượt người năm kỳ báo cáo ghi chú nội dịch vụ học
    tập suốt đời ứng công nghệ chuyển đổi câu lạc bộ hoạt động sáng tạo chương trình giáo dục lịch
    sử khách tham quan thiết chế cơ sở trường cấp loại hình địa bàn cộng đồng việc và của cho được
    đã chưa đạt liệu đọc sách tổng khác lý sửa chữa sử kạn đắk lắk đăk krông
    """.split()  # noqa: SIM905
)
# Words of ASCII and other letters that hold at least one of the others; general punctuation and
# what stands between words ends them. Begun at the beginning of letters only, and never tried
# again with fewer: a cell of a hundred thousand letters would take minutes.
_WORD = re.compile(
    r"(?<![A-Za-z])[A-Za-z]*+[^\x00-\x7f\s\u2000-\u206f\u20ac]"
    r"[^\x00-\x40\[-`{-\x7f\s\u2000-\u206f\u20ac]*"
)


@lru_cache(maxsize=16384)
def weight(word: str) -> int:
    """3 for a word of such reports, 1 for a possible syllable, -2 for anything else."""
    lower = unicodedata.normalize("NFC", word).lower()
    if lower in _COMMON:
        return 3
    return 1 if _is_syllable(lower) else -2


def _is_syllable(word: str) -> bool:
    tones, letters = [], []
    for char in unicodedata.normalize("NFD", word):
        if char in _TONES:
            tones.append(_TONES[char])
        else:
            letters.append(char)
    bare = unicodedata.normalize("NFC", "".join(letters))
    if len(tones) > 1:
        return False
    for cut in (3, 2, 1, 0):
        onset, rhyme = bare[:cut], bare[cut:]
        if onset not in _ONSETS or rhyme not in _RHYMES:
            continue
        front = rhyme[0] in "ieêy"
        breaks_rule = onset in (_BEFORE_OTHERS if front else _BEFORE_FRONT)
        # "gì", "giếng": the i belongs to both.
        if breaks_rule and (onset, rhyme[0]) != ("g", "i"):
            continue
        # A syllable that ends in c, ch, p or t has the tone sắc or nặng.
        if rhyme.endswith(("c", "ch", "p", "t")) and tones not in (["s"], ["j"]):
            continue
        return True
    return False


def words(text: str) -> set[str]:
    """The different words of `text` that are not of ASCII letters alone."""
    return set(_WORD.findall(text))


def evidence(found: Iterable[str]) -> tuple[int, int]:
    """(for, against): how much the words, as told by `weight`, speak for Vietnamese."""
    good = bad = 0
    for word in found:
        if (points := weight(word)) > 0:
            good += points
        else:
            bad -= points
    return good, bad
