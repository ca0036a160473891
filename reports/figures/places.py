"""Where the addresses on a page lead: territory, year and the basis that was chosen."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.http import urlencode

from institutions.models import AdministrativeUnit
from reports.figures.as_closed import Basis
from reports.figures.reading import Known
from reports.models import ReportingRound
from targets.models import Target


@dataclass(frozen=True, slots=True)
class Place:
    """Where addresses lead: territory, year and the basis, if it is not the usual one.

    `known`: what a page about the place has read of its rounds.
    """

    territory: AdministrativeUnit
    year: int
    basis: Basis = Basis.APPROVED
    known: Known = field(default_factory=Known)

    @property
    def round(self) -> ReportingRound | None:
        return self.known.round(self.year)

    @property
    def corrected(self) -> int:
        """Values that differ from what stood when the year was closed, or did meanwhile."""
        return self.known.errata.values_since(self.round.closed_at) if self.round else 0

    @property
    def closing(self) -> datetime.datetime | None:
        """The moment whose values the closed year shows; None where nothing was corrected since."""
        return self.known.errata.effective(self.round.closed_at) if self.round else None

    @property
    def is_now(self) -> bool:
        return self.basis is Basis.NOW

    @property
    def provisional(self) -> bool:
        return self.basis is Basis.PROVISIONAL

    @property
    def query(self) -> str:
        return "" if self.basis is Basis.APPROVED else f"?basis={self.basis}"

    def url(self, name: str, *parts) -> str:
        return (
            reverse(f"reports:{name}", args=[self.territory.slug, self.year, *parts]) + self.query
        )

    def explain(self, target: Target, year: int | None = None) -> str:
        tiers = ",".join(target.tiers) or "all"
        query = self.query
        if target.counts == Target.Counts.COMMUNE:
            query += ("&" if query else "?") + "counts=commune"
        address = reverse(
            "reports:explain",
            args=[
                self.territory.slug,
                year or self.year,
                target.indicator.code,
                tiers,
                target.year,
            ],
        )
        return address + query

    @property
    def errata_url(self) -> str:
        return self.errata()

    def errata(self, year: int | None = None) -> str:
        """The list of what was corrected after a year was closed."""
        return reverse("reports:errata", args=[self.territory.slug, year or self.year])

    def inspections(self, **narrowed: str) -> str:
        """The list of inspections of the year, narrowed by its own filters."""
        address = reverse("reports:inspections", args=[self.territory.slug, self.year])
        return f"{address}?{urlencode(narrowed)}" if narrowed else address

    def tier(self, kind: str, tier: str) -> str:
        return self.url("tier", kind, tier)

    def unit(self, code: str) -> str:
        return self.url("unit", code)
