"""Groups of institutions and their tiers: "70% thư viện công cộng cấp huyện"."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from . import vocabulary
from .fuzzy import distance, limit, same_word
from .model import Kind
from .tokens import LOOSE, Token, any_phrase_at, doubtful, phrase_at

# A label this far (per letter) from its spelling is read, and shown to a person.
_CLEAR = 0.13
_PUBLIC = ("cong", "cong")


@dataclass(frozen=True, slots=True)
class Label:
    """One tier named: "cấp huyện", "cơ sở giáo dục nghề nghiệp". Token places, both included."""

    first: int
    last: int
    tier: str
    clear: bool = True
    level: bool = False  # with "cấp": a tier of institutions, not the area itself
    distance: float = 0.0  # of the words on paper from the label's spelling


@dataclass(frozen=True, slots=True)
class Group:
    """A noun with its labels; one figure holds for all of them."""

    first: int
    last: int
    kind: Kind | None  # None: a label alone, "cấp xã 40%"
    labels: tuple[Label, ...] = ()
    clear: bool = True
    areas: bool = False  # the areas are counted, not institutions: "80% các xã có …"
    unknown: bool = False  # words follow the noun that are no tier known here

    @property
    def tiers(self) -> tuple[str, ...]:
        return tuple(sorted({label.tier for label in self.labels}))


def find_heads(tokens: Sequence[Token]) -> set[Kind]:
    """Kinds of institution named anywhere in a stretch: headings give them to what stands below."""
    return {
        kind
        for at in range(len(tokens))
        for kind, heads in vocabulary.HEADS.items()
        if any_phrase_at(tokens, at, heads)
    }


def find_groups(tokens: Sequence[Token]) -> list[Group]:
    """Groups in order, those with a noun and bare labels ("cấp xã", "các xã") alike. Whether a
    bare one means anything depends on what stands around it.
    """
    groups: list[Group] = []
    i = 0
    while i < len(tokens):
        group = _headed(tokens, i) or _bare(tokens, i)
        if group is None:
            i += 1
            continue
        groups.append(_with_doubts(tokens, group))
        i = group.last + 1
    return groups


def _with_doubts(tokens: Sequence[Token], group: Group) -> Group:
    """The group, unclear if one of its words may be misread, and each label if one of its own."""
    if not doubtful(tokens, group.first, group.last):
        return group
    labels = tuple(
        replace(label, clear=label.clear and not doubtful(tokens, label.first, label.last))
        for label in group.labels
    )
    return replace(group, labels=labels, clear=False)


def _head_at(tokens: Sequence[Token], i: int) -> tuple[Kind, int, float] | None:
    best: tuple[Kind, int, float] | None = None
    for kind, heads in vocabulary.HEADS.items():
        hit = any_phrase_at(tokens, i, heads)
        if hit and (best is None or (-hit[0], hit[1]) < (-best[1], best[2])):
            best = (kind, *hit)
    return best


def _headed(tokens: Sequence[Token], i: int) -> Group | None:
    head = _head_at(tokens, i)
    if head is None:
        return None
    kind, length, _ = head
    at = i + length
    label = None
    while at < len(tokens):
        inside = any_phrase_at(tokens, at, vocabulary.INSIDE_HEAD[kind])
        label = _label_at(tokens, at, after_head=True)
        if label and not (inside and inside[1] < label.distance):
            break
        label = None
        if inside:
            at += inside[0]
        elif (
            kind is Kind.CULTURE_CENTRE
            and tokens[at].is_mark(",-–—")
            and any_phrase_at(tokens, at + 1, vocabulary.INSIDE_HEAD[kind])
        ):
            at += 1
        else:
            break
    if label is None and kind is Kind.LIBRARY and (college := _colleges(tokens, at)):
        return Group(i, college.last, kind, (college,), clear=False)
    if label is None:
        # "bảo tàng xây dựng …": no tier, all of the kind; "thư viện mầm non": a tier not known.
        unknown = (
            any_phrase_at(tokens, i + length, vocabulary.SCHOOLS_NOT_KNOWN) is not None
            or any_phrase_at(tokens, at, vocabulary.SCHOOLS_NOT_KNOWN) is not None
            or _looks_like_level(tokens, at)
        )
        public = phrase_at(tokens, i + length, _PUBLIC) is not None
        if kind is Kind.LIBRARY and public and not unknown:
            # "thư viện công cộng" without tier: those of all three levels of government.
            last = i + length + 1
            labels = tuple(
                Label(last - 1, last, tier, clear=False)
                for tier in ("province", "district", "commune")
            )
            return Group(i, last, kind, labels, clear=False)
        unclear = _may_name_tier(tokens, at)
        return Group(i, i + length - 1, kind, unknown=unknown, clear=not unclear)
    if kind is Kind.LIBRARY and tokens[label.last].folded == "ap":
        label = replace(label, clear=False)  # rather "cấp …", misread, than a hamlet's library
    return _with_labels(tokens, Group(i, label.last, kind), label)


_COLLEGES = vocabulary.phrases("cao dang", "trung cap", "trung cap nghe", "cao dang nghe")


def _colleges(tokens: Sequence[Token], at: int) -> Label | None:
    """ "trường cao đẳng, trung cấp nghề": schools of vocational education by another name."""
    start = at + 1 if at < len(tokens) and tokens[at].folded == "truong" else at
    last = None
    place = start
    while hit := any_phrase_at(tokens, place, _COLLEGES):
        last = place + hit[0] - 1
        place = last + 1
        if place < len(tokens) and (tokens[place].is_mark(",/") or is_and(tokens[place])):
            place += 1
        if place < len(tokens) and tokens[place].folded == "truong":
            place += 1
    return None if last is None else Label(at, last, "vocational", clear=False)


def _looks_like_level(tokens: Sequence[Token], at: int) -> bool:
    return (
        at + 1 < len(tokens)
        and tokens[at].is_word
        and distance(tokens[at].folded, vocabulary.LEVEL) <= limit(vocabulary.LEVEL)
        and phrase_at(tokens, at, ("cung", "cap")) is None
        and tokens[at].folded != "co"
    )


_LEVELS = vocabulary.words("tinh huyen xa thon")
_WHERE = vocabulary.words("ban toan trong cua tren o tai thuoc")


def _may_name_tier(tokens: Sequence[Token], at: int) -> bool:
    """Whether the words behind a noun may be a tier that is not legible: "thư viện ấp tỉnh"; not
    "thư viện trên địa bàn tỉnh". All institutions of the kind are then not surely meant.
    """
    for place in range(at, min(at + 3, len(tokens))):
        if not tokens[place].is_word:
            return False
        if place > at and tokens[place - 1].folded in _WHERE:
            return False
        if _is_nearly_area(tokens[place]):
            return True
    return False


def _is_nearly_area(token: Token) -> bool:
    return token.folded in _LEVELS or (
        token.folded not in vocabulary.WORDS
        and any(same_word(token.folded, word) for word in _LEVELS)
    )


def _bare(tokens: Sequence[Token], i: int) -> Group | None:
    areas = any_phrase_at(tokens, i, vocabulary.AREAS)
    at = i + areas[0] if areas else i
    label = _label_at(tokens, at, after_head=False)
    if label is None:
        return None
    as_area = label.tier in vocabulary.AREA_TIERS and not label.level
    return _with_labels(tokens, Group(i, label.last, None, areas=as_area), label)


def _with_labels(tokens: Sequence[Token], group: Group, label: Label) -> Group:
    """The group with all labels joined to its first one: "cấp huyện, thị xã, thành phố", "cơ sở
    giáo dục phổ thông, cơ sở giáo dục nghề nghiệp và cơ sở giáo dục khác".
    """
    labels = [label]
    last = label.last
    unknown = group.unknown
    while True:
        at = last + 1
        while at < len(tokens) and (
            tokens[at].is_mark(",/-–") or (tokens[at].is_word and is_and(tokens[at]))
        ):
            at += 1
        if at == last + 1 or _head_at(tokens, at):
            break
        missing = any_phrase_at(tokens, at, vocabulary.SCHOOLS_NOT_KNOWN)
        if missing:
            unknown = True
            last = at + missing[0] - 1
            continue
        following = _label_at(
            tokens, at, after_head=True, joined=label.tier in vocabulary.AREA_TIERS
        )
        if following is None:
            break
        labels.append(following)
        last = following.last
    if len(labels) == 1 and label.tier == "district" and same_word(tokens[last].folded, "pho"):
        # "thư viện thành phố" alone may be the library of a city of any level.
        labels = [replace(label, clear=False)]
    return replace(
        group,
        last=last,
        labels=tuple(labels),
        clear=all(one.clear for one in labels),
        unknown=unknown,
    )


def is_and(token: Token) -> bool:
    return any(distance(token.folded, word) <= 0.2 for word in ("va", "hoac"))


def _label_at(
    tokens: Sequence[Token], i: int, *, after_head: bool, joined: bool = False
) -> Label | None:
    """The tier named at `i`, with "cấp", "các", "cơ sở", "phân hiệu" before it if there."""
    at = i
    level = False
    before = any_phrase_at(tokens, at, vocabulary.BEFORE_LABEL)
    starts = [at]
    if before:
        starts.append(at + before[0])
        nested = any_phrase_at(tokens, at + before[0], vocabulary.BEFORE_LABEL)
        if nested:
            starts.append(at + before[0] + nested[0])
    elif at + 1 < len(tokens) and tokens[at].folded == "co" and len(tokens[at + 1].folded) < 4:
        starts.append(at + 2)  # "co s gido duc": "cơ sở giáo dục"
    for start in starts:
        level = start < len(tokens) and _is_level(tokens, start)
        hit = _tier_at(tokens, start + level, joined or bool(level))
        if hit is None:
            continue
        tier, length, cost, letters = hit
        if tier == "community" and cost > 0:
            continue  # one letter from "công cộng"
        if not after_head and not level and not _stands_alone(tokens, start, tier, cost, letters):
            continue
        last = start + level + length - 1
        if tier == "commune" and _is_society(tokens, last):
            continue
        clear = cost <= _CLEAR * letters
        if level and tier == "village" and tokens[last].folded != "thon":
            clear = False  # "cấp ấp" is hardly ever written, "cấp xã" is
        if level and not after_head and tokens[start].folded not in _LEVEL_WORDS:
            clear = False  # "80% cád xã" may be "các xã" as well as "cấp xã"
        return Label(i, last, tier, clear, level, cost)
    return None


def _stands_alone(tokens: Sequence[Token], at: int, tier: str, cost: float, letters: int) -> bool:
    """Whether a label without noun and without "cấp" can be meant: "các xã", "80% thôn", "trường
    đại học 90%"; short words that also mean other things ("bản", "quan", "tỉnh") cannot.
    """
    if tier in ("province", "community"):
        return False
    if tier in vocabulary.AREA_TIERS:
        return tokens[at].folded not in vocabulary.AMBIGUOUS_ALONE and cost <= 0.45
    return cost <= 0.08 * letters


_LEVEL_WORDS = frozenset({vocabulary.LEVEL, "tuyen"})


def _is_level(tokens: Sequence[Token], at: int) -> bool:
    token = tokens[at]
    return token.folded in _LEVEL_WORDS or (
        token.is_word
        and same_word(token.folded, vocabulary.LEVEL)
        and token.folded not in ("co", "tap", "cac", "cai")
    )


def _is_society(tokens: Sequence[Token], last: int) -> bool:
    """ "xã hội", "xã hội hóa" """
    after = tokens[last + 1] if last + 1 < len(tokens) else None
    return after is not None and after.is_word and after.folded in ("hoi", "hdi", "hqi", "h6i")


def _names_area(tokens: Sequence[Token], at: int) -> bool:
    return at < len(tokens) and tokens[at].is_word and _is_nearly_area(tokens[at])


def _is_word_of_its_own(token: Token, tier: str, length: int, joined: bool) -> bool:
    """Whether a short label means the area and not another word of the same letters: "ấp" but not
    "áp dụng", "quận" but not "quản lý". Behind "cấp" and within a list of areas it is clear.
    """
    if length > 1 or tier not in vocabulary.AREA_TIERS:
        return True
    if tier == "village" and (token.folded,) not in vocabulary.TIERS["village"]:
        # Short words with a slip are any word; only "thôn" is common enough to be guessed.
        return token.folded not in vocabulary.LIKE_AREAS and distance(token.folded, "thon") <= 0.4
    if joined:
        return True
    meant = vocabulary.SPELLED.get(token.folded)
    if meant is None:
        return token.folded not in vocabulary.LIKE_AREAS
    return unicodedata.normalize("NFC", token.raw.lower()) == meant


def _tier_at(tokens: Sequence[Token], at: int, joined: bool) -> tuple[str, int, float, int] | None:
    """(tier, words, distance, letters) of the nearest tier; None too if two are equally near."""
    hits: list[tuple[int, float, str, int]] = []
    for tier, labels in vocabulary.TIERS.items():
        hit = any_phrase_at(tokens, at, labels, LOOSE)
        if hit and tokens[at].folded == "ap" and _names_area(tokens, at + 1):
            continue  # "(c)ấp tỉnh"
        if hit and not joined and hit[0] == 1 and tier in vocabulary.AREA_TIERS and hit[1] > 0.5:
            continue  # "ting" (tăng) is no "tỉnh"
        if hit and _is_word_of_its_own(tokens[at], tier, hit[0], joined):
            letters = sum(len(token.folded) for token in tokens[at : at + hit[0]])
            hits.append((-hit[0], hit[1], tier, letters))
    if not hits:
        return None
    hits.sort()
    length, cost, tier, letters = hits[0]
    if len(hits) > 1 and hits[1][0] == length and hits[1][1] - cost < 0.25:
        return None
    return tier, -length, cost, letters
