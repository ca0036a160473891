"""manage.py parse_plan FILE [--json]: what a plan's text says, without the database."""

import csv
import json
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import override

from targets import reasons
from targets.documents import DocumentError, read_document
from targets.intake.reading import limits, refusal, words
from targets.parsing import ParsedPlan, ParsedTarget, Unread, parse_plan

_UNITS = "administrative_units.csv"


class Command(BaseCommand):
    help = "Read the targets of a plan from its document: .docx, .pdf, .txt. Nothing is saved."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("path", metavar="FILE", type=Path)
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *, path: Path, as_json: bool, **options):
        with override(settings.LANGUAGE_CODE):
            plan = self.read(path)
            if as_json:
                self.stdout.write(json.dumps(_as_json(plan), ensure_ascii=False, indent=1))
            else:
                self.stdout.write(_as_lines(plan))

    def progress(self, done: int, pages: int) -> None:
        self.stderr.write(_("page %(done)s of %(pages)s") % {"done": done, "pages": pages})

    def read(self, path: Path) -> ParsedPlan:
        try:
            document = read_document(path.read_bytes(), path.name, limits(), self.progress)
        except OSError as error:
            message = _("%(path)s cannot be opened.") % {"path": path}
            raise CommandError(message) from error
        except DocumentError as error:
            raise CommandError(f"{path.name}: {words(error.code)}") from error
        plan = parse_plan(document.text, provinces=_province_names(), doubts=document.doubts)
        if code := refusal(document.text, plan):
            raise CommandError(f"{path.name}: {words(code)}")
        return plan


def _province_names() -> list[str]:
    """Names of all provinces, old and new, from the units that the project is delivered with."""
    path = settings.BASE_DIR / "fixtures" / _UNITS
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return sorted({row["name"] for row in csv.DictReader(file) if row["level"] == "province"})


def _as_json(plan: ParsedPlan) -> dict:
    before = plan.report_before
    return {
        "plan": {
            "number": plan.number,
            "issued_on": plan.issued_on.isoformat() if plan.issued_on else None,
            "province": plan.province,
            "report_before": f"{before[0]:02d}-{before[1]:02d}" if before else None,
        },
        "targets": [_target(target) for target in plan.targets],
        "unread": [_unread(sentence) for sentence in plan.unread],
    }


def _target(target: ParsedTarget) -> dict:
    return {
        "indicator": target.indicator,
        "tiers": list(target.tiers),
        "year": target.year,
        "min": _number(target.minimum),
        "max": None if target.maximum is None else _number(target.maximum),
        "unit": str(target.unit),
        "counts": str(target.counts),
        "basis": str(target.basis),
        "alternatives": [_number(value) for value in target.alternatives],
        "needs_review": target.needs_review,
        "review_reason": _words(target),
        "quote": target.quote,
        "start": target.span[0],
        "end": target.span[1],
        "sentence_start": target.sentence[0],
        "sentence_end": target.sentence[1],
    }


def _unread(sentence: Unread) -> dict:
    return {
        "text": sentence.text,
        "start": sentence.span[0],
        "end": sentence.span[1],
        "reason": str(reasons.unread(sentence.reason)),
    }


def _words(target: ParsedTarget) -> str | None:
    words = (str(reasons.review(code)).rstrip(".") for code in target.review_reasons)
    return "; ".join(words) or None


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _as_lines(plan: ParsedPlan) -> str:
    lines = [f"{plan.number or '?'}  {plan.issued_on or '?'}  {plan.province or '?'}"]
    for target in plan.targets:
        tiers = ", ".join(target.tiers) or "*"
        figure = f"{target.minimum}" + (f"-{target.maximum}" if target.maximum is not None else "")
        look = f"  ({_words(target)})" if target.needs_review else ""
        lines.append(f"{target.year}  {target.indicator}  {tiers}  {figure} {target.unit}{look}")
    lines.extend(f"?  {one.text}  ({reasons.unread(one.reason)})" for one in plan.unread)
    return "\n".join(lines)
