"""Where the addresses on a page lead: territory, year and the basis that was chosen."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from institutions.models import AdministrativeUnit
from targets.models import Target


@dataclass(frozen=True, slots=True)
class Place:
    """Where addresses lead: territory, year and, if chosen, the provisional basis."""

    territory: AdministrativeUnit
    year: int
    provisional: bool = False

    @property
    def query(self) -> str:
        return "?basis=provisional" if self.provisional else ""

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

    def tier(self, kind: str, tier: str) -> str:
        return self.url("tier", kind, tier)

    def unit(self, code: str) -> str:
        return self.url("unit", code)
