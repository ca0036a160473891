"""A unit's file into its report of a year (design section 8)."""

import json
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from institutions.sheets import FileProblem, UnreadableFile
from institutions.sheets_wording import unreadable
from reports.importing.apply import ImportRefused, import_file
from reports.importing.diff import ImportPlan, Outcome
from reports.importing.wording import ErrorLine, ask, error_lines
from reports.models import Report
from reports.rounds.entry import EntryRefused
from targets.models import Indicator

NO_TALLY = {"rows": 0} | {outcome.value: 0 for outcome in Outcome}


class Command(BaseCommand):
    help = "Imports a unit's file, CSV or workbook, into its report of a year: all rows or none."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--unit", required=True, help="code of the reporting unit")
        parser.add_argument("--year", required=True, type=int)
        parser.add_argument("--dry-run", action="store_true", help="compare, write nothing")
        parser.add_argument(
            "--accept-valid", action="store_true", help="write the rows without errors"
        )
        parser.add_argument(
            "--answer",
            action="append",
            default=[],
            metavar="QUESTION=ANSWER",
            help="answer what the file leaves open; the refusal names questions and answers",
        )
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *, file: Path, unit: str, year: int, **options):
        content = self.read(file, **options)
        report = (
            Report.objects.select_related("round", "reporting_unit")
            .filter(reporting_unit__code=unit, round__year=year)
            .order_by("-round__territory__valid_from")
            .first()
        )
        try:
            if report is None:
                self.refuse(
                    _("The unit %(unit)s has no reporting round in %(year)d.")
                    % {"unit": unit, "year": year},
                    **options,
                )
            plan, _batch = import_file(
                report,
                content,
                name=file.name,
                dry_run=options["dry_run"],
                accept_valid=options["accept_valid"],
                choices={"answers": dict(self.answers(**options))},
            )
        except UnreadableFile as error:
            message = unreadable(error, max_bytes=settings.MAX_IMPORT_BYTES)
            line = error.detail if error.problem is FileProblem.QUOTES else None
            self.refuse(message, line=line, **options)
        except EntryRefused as error:
            self.refuse(str(error), **options)
        except ImportRefused as error:
            errors = error_lines(error.plan)
            self.show(error.plan.tally, errors, **options)
            said = [str(error), *map(_as_text, errors), *_questions(error.plan)]
            raise CommandError("\n".join(said)) from None
        self.show(plan.tally, error_lines(plan), **options)

    def answers(self, *, answer: list[str], **options) -> list[tuple[str, str]]:
        pairs = [each.rpartition("=")[::2] for each in answer]
        for question, _answer in pairs:
            if not question:
                self.refuse(_("An answer is written as QUESTION=ANSWER."), **options)
        return pairs

    def read(self, file: Path, **options) -> bytes:
        try:
            with file.open("rb") as opened:
                # One byte above the limit is enough to know that it is too large.
                return opened.read(settings.MAX_IMPORT_BYTES + 1)
        except OSError as error:
            self.refuse(f"{file}: {error.strerror}", **options)

    def refuse(self, message: str, *, line: int | None = None, **options):
        self.show(NO_TALLY, [ErrorLine(line, "", "", message)], **options)
        raise CommandError(message)

    def show(self, tally: dict[str, int], errors: list[ErrorLine], **options):
        if options["json"]:
            result = {**tally, "errors": [error.as_dict for error in errors]}
            self.stdout.write(json.dumps(result, ensure_ascii=False, indent=2))
        elif not errors or options["accept_valid"]:
            self.stdout.write(
                _(
                    "%(rows)d rows: %(new)d new, %(changed)d changed, %(same)d unchanged,"
                    " %(invalid)d invalid."
                )
                % tally
            )


def _questions(plan: ImportPlan) -> list[str]:
    """What the file leaves open, and how to answer it on the command line."""
    names = dict(Indicator.objects.values_list("code", "name"))
    return [
        f"{ask(doubt, names.get(doubt.column, doubt.column))}"
        f" --answer {doubt.key}={'|'.join(doubt.answers)}"
        for doubt in plan.doubts
        if doubt.is_open
    ]


def _as_text(error: ErrorLine) -> str:
    place = _("line %(line)s") % {"line": error.line} if error.line else ""
    value = f"“{error.value}”" if error.value else ""
    before = ", ".join(part for part in (place, error.column, value) if part)
    return f"{before}: {error.text}" if before else error.text
