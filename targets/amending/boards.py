"""The page of what an amendment changes: two versions side by side, in words."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from institutions.models import Tier
from targets import wording
from targets.amending.chain import replaced_by
from targets.amending.diff import Difference, Entry, What, compare
from targets.models import PlanVersion, Target

WORDS = {
    What.UNCHANGED: pgettext_lazy("target", "unchanged"),
    What.CHANGED: gettext_lazy("figure changed"),
    What.REGROUPED: gettext_lazy("tiers regrouped"),
    What.NEW: pgettext_lazy("target", "new"),
    What.DROPPED: gettext_lazy("dropped"),
}
# The order in which they are read, on the line above the table.
_ORDER = (What.CHANGED, What.REGROUPED, What.NEW, What.DROPPED, What.UNCHANGED)


@dataclass(frozen=True, slots=True)
class Side:
    """One target as one of the two documents sets it."""

    target: Target
    group: str
    figure: str
    question: str

    @property
    def is_waiting(self) -> bool:
        return self.target.state == Target.State.PROPOSED

    @property
    def url(self) -> str:
        return f"{self.target.version.get_absolute_url()}#target-{self.target.pk}"


@dataclass(frozen=True, slots=True)
class Row:
    """What becomes of one target, or of several that are regrouped together.

    is_settled   its year had ended when the amendment came into force: the earlier document keeps
                 the say, and nothing changes in the figures
    """

    what: What
    indicator: str
    year: int
    before: tuple[Side, ...]
    after: tuple[Side, ...]
    is_settled: bool
    left_out: tuple[str, ...] = ()  # tiers that were regrouped away

    @property
    def word(self) -> str:
        return str(WORDS[self.what])

    @property
    def is_dropped(self) -> bool:
        return self.what is What.DROPPED

    @property
    def is_changed(self) -> bool:
        return self.what is not What.UNCHANGED


@dataclass(frozen=True, slots=True)
class Setting:
    """One of the things asked once for a whole document, where the two differ."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """A version beside the one that it replaces; `before` is None for the first document."""

    version: PlanVersion
    before: PlanVersion | None
    rows: tuple[Row, ...] = ()
    settings: tuple[Setting, ...] = ()

    @property
    def changed(self) -> list[Row]:
        return [row for row in self.rows if row.is_changed]

    @property
    def unchanged(self) -> list[Row]:
        return [row for row in self.rows if not row.is_changed]

    @property
    def dropped(self) -> list[Row]:
        """Targets that the amendment does not name, and that count no more through it."""
        return [row for row in self.rows if row.is_dropped and not row.is_settled]

    @property
    def waiting(self) -> int:
        """Targets of the draft on which nobody has decided yet."""
        return sum(side.is_waiting for row in self.rows for side in row.after)

    @property
    def tallies(self) -> list[str]:
        """ "2 targets: figure changed", in the order in which they are read."""
        numbers = Counter(row.what for row in self.rows)
        return [
            ngettext("%(number)s target: %(what)s", "%(number)s targets: %(what)s", numbers[what])
            % {"number": numbers[what], "what": WORDS[what]}
            for what in _ORDER
            if numbers[what]
        ]


def comparison(version: PlanVersion) -> Comparison:
    """What `version` changes, a draft as it stands now. Two queries: the version before, targets.

    Rejected targets are none. Those of a draft that wait for a decision are shown as read.
    """
    before = replaced_by(version)
    if before is None:
        return Comparison(version, None)
    found = list(
        Target.objects.filter(version__in=[before.pk, version.pk])
        .exclude(state=Target.State.REJECTED)
        .select_related("indicator", "version")
        .defer("version__text", "version__unread", "version__doubts")
        .order_by("position", "pk")
    )
    by_pk = {target.pk: target for target in found}
    differences = compare(
        [entry(t) for t in found if t.version_id == before.pk],
        [entry(t) for t in found if t.version_id == version.pk],
    )
    rows = [_row(difference, by_pk, version) for difference in differences]
    rows.sort(key=lambda row: _place(by_pk, row))
    return Comparison(version, before, tuple(rows), tuple(_settings(before, version)))


def entry(target: Target) -> Entry:
    return Entry(
        indicator=target.indicator.code,
        tiers=target.tiers,
        year=target.year,
        counts=target.counts,
        minimum=target.minimum,
        maximum=target.maximum,
        unit=target.unit,
        period_start=target.period_start,
        question=target.question,
        ref=target.pk,
    )


def _place(by_pk: dict[int, Target], row: Row) -> tuple:
    """By indicator and year, within them in the order of the documents."""
    target = (row.after or row.before)[0].target
    return target.indicator.position, target.indicator.code, row.year, target.position


def _row(difference: Difference, by_pk: dict[int, Target], version: PlanVersion) -> Row:
    before = tuple(_side(by_pk[each.ref]) for each in difference.before)
    after = tuple(_side(by_pk[each.ref]) for each in difference.after)
    return Row(
        what=difference.what,
        indicator=(before or after)[0].target.indicator.label,
        year=difference.year,
        before=before,
        after=after,
        is_settled=difference.year < version.in_force_from.year,
        left_out=tuple(str(tier.label) for tier in Tier if tier in difference.left_out),
    )


def _side(target: Target) -> Side:
    figure = wording.figure(target)
    period = wording.period_of(target.period_start, target.year)
    if period != str(target.year):
        figure = _("%(figure)s, period %(period)s") % {"figure": figure, "period": period}
    return Side(target, wording.group(target), figure, target.question)


def _settings(before: PlanVersion, after: PlanVersion) -> Iterable[Setting]:
    for label, was, will in zip(_LABELS, _values(before), _values(after), strict=True):
        if was != will:
            yield Setting(str(label), was, will)


_LABELS = (
    gettext_lazy("Yearly reports due"),
    gettext_lazy("Baseline year"),
    gettext_lazy("How growth is counted"),
    gettext_lazy("Smallest panel"),
    gettext_lazy("Communes counted"),
)


def _values(version: PlanVersion) -> tuple[str, ...]:
    deadline = wording.day_and_month(version.report_before_month, version.report_before_day)
    return (
        _("before %(deadline)s") % {"deadline": deadline} if deadline else _("not stated"),
        str(version.baseline_year),
        str(version.get_growth_method_display()),
        f"{version.growth_min_panel}{wording.NO_BREAK_SPACE}%",
        str(version.get_commune_scope_display()) or _("not asked"),
    )
