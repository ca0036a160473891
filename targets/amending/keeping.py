"""Where an amendment says that what it does not change stays as it was.

PURE: no Django.
"""

import re

from targets.marking import sentence_around

# "Các nội dung khác tiếp tục thực hiện theo …", "các chỉ tiêu còn lại giữ nguyên". The words may
# be broken over lines; the distance is bounded, so that any text is read in linear time.
_STAYS = re.compile(
    r"\b(?:khác|còn\s+lại|không\s+(?:được\s+)?(?:sửa\s+đổi|điều\s+chỉnh|nêu))\b[^.;:]{0,150}?"
    r"\b(?:tiếp\s+tục|vẫn|giữ\s+nguyên|không\s+thay\s+đổi|(?:thực\s+hiện|áp\s+dụng)\s+theo)\b",
    re.IGNORECASE,
)
_MOST = 5


def clauses(text: str) -> list[tuple[int, int]]:
    """Places of the sentences that keep the rest of a plan, in the order of the text."""
    found = dict.fromkeys(sentence_around(text, *match.span()) for match in _STAYS.finditer(text))
    return list(found)[:_MOST]
