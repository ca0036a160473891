"""What a reading of a plan consists of. Places are left out of equality: tests compare meaning."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

Span = tuple[int, int]


class Kind(StrEnum):
    """Kind of institution; the values are those of the institutions' own list."""

    LIBRARY = "library"
    MUSEUM = "museum"
    CULTURE_CENTRE = "culture_centre"


class Unit(StrEnum):
    PERCENT = "percent"
    PERCENT_PER_YEAR = "percent_per_year"
    MILESTONE = "milestone"


class Counts(StrEnum):
    """What the percentage is a share of."""

    INSTITUTION = "institution"
    COMMUNE = "commune"


class Basis(StrEnum):
    """Whether the plan writes the figure or it is inferred."""

    STATED = "stated"
    IMPLIED = "implied"


class ReviewReason(StrEnum):
    """Why a person has to look at a target. Words for the screen: targets/reasons.py."""

    NO_FIGURE = "no_figure"
    SHARED_FIGURE = "shared_figure"
    COUNTS_COMMUNES = "counts_communes"
    COUNTS_AREAS = "counts_areas"
    FIGURE_UNCLEAR = "figure_unclear"
    FIGURE_IN_WORDS = "figure_in_words"
    FIGURE_OUT_OF_RANGE = "figure_out_of_range"
    BINDING_UNCLEAR = "binding_unclear"
    YEAR_UNCLEAR = "year_unclear"
    YEAR_FROM_CONTEXT = "year_from_context"
    SEVERAL_YEARS = "several_years"
    TIER_UNCLEAR = "tier_unclear"
    UNFAMILIAR_WORDS = "unfamiliar_words"
    SUBJECT_FROM_CONTEXT = "subject_from_context"
    SUBJECT_UNCLEAR = "subject_unclear"
    SEVERAL_SUBJECTS = "several_subjects"
    NARROWER = "narrower"
    LIST_BY_POSITION = "list_by_position"
    PERIOD_UNCLEAR = "period_unclear"
    TABLE_UNCLEAR = "table_unclear"
    CONFLICT = "conflict"


class UnreadReason(StrEnum):
    """Why a sentence with a figure gave no target. Words for the screen: targets/reasons.py."""

    PEOPLE = "people"
    MONEY = "money"
    NOT_A_PERCENTAGE = "not_a_percentage"
    NO_FIGURE = "no_figure"
    FIGURE_UNREADABLE = "figure_unreadable"
    VAGUE = "vague"
    UPPER_BOUND = "upper_bound"
    CHANGE = "change"
    PAST = "past"
    ELSEWHERE = "elsewhere"
    UNKNOWN_SUBJECT = "unknown_subject"
    UNKNOWN_GROUP = "unknown_group"
    LIST_LENGTH = "list_length"
    NO_YEAR = "no_year"
    YEAR_UNREADABLE = "year_unreadable"
    TABLE = "table"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class ParsedTarget:
    """One figure of a plan: indicator x tiers x year."""

    indicator: str
    tiers: tuple[str, ...]  # sorted; empty: all institutions of the kind
    year: int
    minimum: Decimal
    maximum: Decimal | None = None
    unit: Unit = Unit.PERCENT
    counts: Counts = Counts.INSTITUTION
    basis: Basis = Basis.STATED
    alternatives: tuple[Decimal, ...] = ()  # other figures the words could mean
    review_reasons: tuple[ReviewReason, ...] = ()
    period_start: int | None = None  # "giai đoạn 2026 - 2030": 2026
    quote: str = field(default="", compare=False)
    span: Span = field(default=(0, 0), compare=False)  # of the quote
    sentence: Span = field(default=(0, 0), compare=False)

    @property
    def needs_review(self) -> bool:
        return bool(self.review_reasons)


@dataclass(frozen=True, slots=True)
class Unread:
    """A sentence of the objectives with a figure that gave no target."""

    text: str
    reason: UnreadReason
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class ParsedPlan:
    """All that was read. `None`: the text does not say, or not legibly."""

    number: str | None = None
    issued_on: date | None = None
    province: str | None = None
    title: str | None = None  # what the document says it is about
    mandate: str | None = None  # number of the decision that it carries out: "1520/QĐ-TTg"
    report_before: tuple[int, int] | None = None  # month, day
    targets: tuple[ParsedTarget, ...] = ()
    unread: tuple[Unread, ...] = ()
    head_doubts: tuple[str, ...] = ()  # of number, issued_on, report_before: maybe misread
    has_objectives: bool = False  # False: no such section was found; callers refuse the text
