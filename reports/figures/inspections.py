"""What inspections on the spot say of the figures: "đã kiểm tra 12, khớp 11".

Of several inspections of one institution and indicator the latest day counts. An answer that was
changed after it was inspected was looked at, but agrees no longer: it is counted apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.figures.words import Status
from reports.models import IndicatorValue, Inspection, ReportingRound, State
from targets.models import Indicator

AGREES, DIFFERS, CHANGED = "agrees", "differs", "changed"
SAYS = {
    AGREES: Status("met", "i-met", gettext_lazy("Agrees")),
    DIFFERS: Status("not-met", "i-not-met", gettext_lazy("Differs")),
    CHANGED: Status("later", "i-later", gettext_lazy("Changed since")),
}
"""What an inspection says today, as pages show it."""


def status_of(inspection: Inspection) -> Status:
    """What an inspection that came with `is_changed` says today."""
    if inspection.is_changed:
        return SAYS[CHANGED]
    return SAYS[AGREES if inspection.outcome == Inspection.Outcome.CONFIRMED else DIFFERS]


@dataclass(frozen=True, slots=True)
class Tally:
    """Answers that were inspected: in all, those that agree, those changed since."""

    checked: int = 0
    agreed: int = 0
    changed: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.checked + other.checked,
            self.agreed + other.agreed,
            self.changed + other.changed,
        )

    @property
    def differing(self) -> int:
        return self.checked - self.agreed - self.changed

    @property
    def words(self) -> str:
        """ "12 inspected, 11 agree": the same sentence wherever it stands."""
        said = _("%(checked)d inspected, %(agreed)d agree") % {
            "checked": self.checked,
            "agreed": self.agreed,
        }
        if self.changed:
            said += ngettext(", %(n)d corrected since", ", %(n)d corrected since", self.changed) % {
                "n": self.changed
            }
        return said


@dataclass(frozen=True, slots=True)
class Inspected:
    """The inspections of a part of a roster: in all, and by those indicators that have any."""

    total: Tally = Tally()
    rows: tuple[tuple[Indicator, Tally], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.total.checked)


def standing(round_: ReportingRound, **lines) -> QuerySet[Inspection]:
    """Inspections of a round that were not withdrawn, newest first, with `is_changed`.

    `lines` narrows the roster by columns of RoundLine: kind, tier, reporting_unit …
    """
    narrowed = {f"line__{name}": wanted for name, wanted in lines.items()}
    return with_changes(
        Inspection.objects.filter(line__round=round_, withdrawn_at=None, **narrowed)
    )


def with_changes(found: QuerySet[Inspection]) -> QuerySet[Inspection]:
    """With `is_changed`: whether the working answer is another one than was inspected."""
    other = ~Q(state=OuterRef("reported_state")) | Q(state=State.COUNT) & ~Q(
        count=OuterRef("reported_count")
    )
    same_cell = IndicatorValue.objects.filter(
        line=OuterRef("line"), indicator=OuterRef("indicator")
    )
    return found.annotate(is_changed=Exists(same_cell.filter(other)))


def latest(found: QuerySet[Inspection]) -> QuerySet[Inspection]:
    """Only the inspection that counts of each institution and indicator."""
    of_cell = Inspection.objects.filter(
        line=OuterRef("line"), indicator=OuterRef("indicator"), withdrawn_at=None
    )
    later = Q(inspected_on__gt=OuterRef("inspected_on")) | Q(
        inspected_on=OuterRef("inspected_on"), pk__gt=OuterRef("pk")
    )
    return found.filter(~Exists(of_cell.filter(later)))


def inspected(round_: ReportingRound, indicators: Iterable[Indicator] = (), **lines) -> Inspected:
    """How many answers of a part of the roster were inspected. One query.

    `indicators` are those to be told apart, in the order of the page; `lines` as for `standing`.
    """
    agrees = Q(outcome=Inspection.Outcome.CONFIRMED, is_changed=False)
    found = (
        latest(standing(round_, **lines))
        .order_by()
        .values("indicator")
        .annotate(
            checked=Count("pk"),
            agreed=Count("pk", filter=agrees),
            changed=Count("pk", filter=Q(is_changed=True)),
        )
        .values_list("indicator", "checked", "agreed", "changed")
    )
    tallies = {pk: Tally(*numbers) for pk, *numbers in found}
    return Inspected(
        sum(tallies.values(), Tally()),
        tuple((each, tallies[each.pk]) for each in indicators if each.pk in tallies),
    )


@dataclass(frozen=True, slots=True)
class Told:
    """One inspection that counts, as a page shows it."""

    inspection: Inspection
    status: Status


def told(found: QuerySet[Inspection]) -> list[Told]:
    """The inspections that count among `found`, newest first. One query."""
    rows = latest(with_changes(found.filter(withdrawn_at=None)))
    return [Told(each, status_of(each)) for each in rows]


def by_cell(found: QuerySet[Inspection]) -> dict[tuple[int, int], Told]:
    """The same by roster line and indicator (ids)."""
    return {(each.inspection.line_id, each.inspection.indicator_id): each for each in told(found)}


def tally_of(found: Iterable[Told]) -> Tally:
    """The numbers of inspections that were read one by one."""
    counted = [each.status for each in found]
    return Tally(len(counted), counted.count(SAYS[AGREES]), counted.count(SAYS[CHANGED]))
