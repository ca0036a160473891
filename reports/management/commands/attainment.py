"""manage.py attainment: what the dashboard says of every target, for scripts (design section 8)."""

import json

from django.core.management.base import BaseCommand, CommandError

from institutions.models import AdministrativeUnit
from reports.figures import boards, reading, target_rows
from reports.figures.as_closed import Basis


class Command(BaseCommand):
    help = "Print the attainment of every confirmed target of a territory in one year."

    def add_arguments(self, parser):
        parser.add_argument("--territory", required=True, metavar="SLUG")
        parser.add_argument("--year", required=True, type=int)
        parser.add_argument(
            "--provisional", action="store_true", help="count submitted figures too"
        )
        parser.add_argument(
            "--now",
            action="store_true",
            help="of a closed year, the figures as they stand now (default: as they were closed)",
        )
        parser.add_argument("--json", action="store_true", help="as JSON (default: a line each)")

    def handle(self, *, territory: str, year: int, provisional: bool, now: bool, **options):
        basis = Basis.PROVISIONAL if provisional else Basis.NOW if now else Basis.APPROVED
        try:
            unit = AdministrativeUnit.objects.get(slug=territory)
            rows = boards.attainment_rows(unit, year, basis=basis)
        except AdministrativeUnit.DoesNotExist:
            raise CommandError(f"There is no territory {territory!r}.") from None
        except reading.NoRound:
            raise CommandError(f"{territory} has no reporting round for {year}.") from None
        if options["json"]:
            found = [as_json(row) for row in rows]
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=1))
            return
        for row in rows:
            tiers = "+".join(row.tiers) or "all"
            said = row.outcome.kind if row.outcome else row.verdict or row.pace or "-"
            share = "-" if row.denominator is None else f"{row.numerator}/{row.denominator}"
            self.stdout.write(f"{row.indicator.code} {tiers} {row.target_year}: {share} {said}")


def as_json(row: target_rows.TargetAttainment) -> dict:
    """One target in plain JSON values; percentages are numbers, rounded down to one decimal.

    `verdict` and `pace` are codes, or null where the year has none; `plan` is the number of the
    document that the target stands in; `outcome` tells of a target whose tier ended. `basis` says
    which figures were counted: "approved" as they stand now, "closed" as they stood when the year's
    round was closed (the usual ones of a closed year), or "provisional".
    """
    lacking, outcome = row.shortfall, row.outcome
    return {
        "indicator": row.indicator.code,
        "tiers": list(row.tiers),
        "target_year": row.target_year,
        "min": _number(row.target.minimum),
        "max": _number(row.target.maximum),
        "unit": row.target.unit,
        "counts": row.target.counts,
        "numerator": row.numerator,
        "denominator": row.denominator,
        "missing": row.missing,
        "not_applicable": row.not_applicable,
        "value": _number(row.value),
        "possible": _number(row.possible),
        "verdict": row.verdict,
        "pace": row.pace,
        "shortfall_min": lacking.minimum if lacking else None,
        "shortfall_max": lacking.maximum if lacking else None,
        "map": row.map,
        "cutoff": row.cutoff.isoformat() if row.cutoff else None,
        "basis": row.basis,
        "plan": row.target.version.number,
        "outcome": {
            "kind": outcome.kind,
            "last_day": outcome.last_day.isoformat() if outcome.last_day else None,
            "legal_basis": outcome.legal_basis,
        }
        if outcome
        else None,
    }


def _number(value) -> int | float | None:
    """A Decimal with at most two decimals as a JSON number: 70, 62.5."""
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)
