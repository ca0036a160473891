"""`manage.py load_units`: administrative units and successions from the fixtures."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from institutions.loading import Tally, UnitFileError, load_units

FIXTURES = settings.BASE_DIR / "fixtures"


class Command(BaseCommand):
    help = "Load administrative units and successions; run again, it changes nothing."

    def add_arguments(self, parser):
        parser.add_argument("--units", type=Path, default=FIXTURES / "administrative_units.csv")
        parser.add_argument(
            "--successions", type=Path, default=FIXTURES / "administrative_successions.csv"
        )

    def handle(self, *, units, successions, **options):
        try:
            result = load_units(units, successions)
        except UnitFileError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Units: {summary(result.units)}")
        self.stdout.write(f"Successions: {summary(result.successions)}")


def summary(tally: Tally) -> str:
    return f"{tally.created} created, {tally.updated} updated, {tally.unchanged} unchanged"
