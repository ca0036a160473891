"""What a list would change, in the language of the reader."""

import datetime

from django.utils import formats
from django.utils.translation import gettext as _

from institutions.history import FieldChange
from institutions.lists.columns import Column
from institutions.lists.diff import Entry
from institutions.models import Kind, Tier


def labels() -> dict[Column, str]:
    """The headings of a list, in the order of the template."""
    return {
        Column.CODE: _("Code"),
        Column.NAME: _("Name"),
        Column.KIND: _("Kind"),
        Column.TIER: _("Tier"),
        Column.DISTRICT: _("District"),
        Column.COMMUNE: _("Commune"),
        Column.REPORTING_UNIT: _("Reported by"),
        Column.OPENED_ON: _("Opened on"),
        Column.CLOSED_ON: _("Closed on"),
    }


def changes_of(entry: Entry) -> list[FieldChange]:
    """What a row changes of an institution: before and after."""
    stands, place = entry.known.institution, entry.known.place
    wanted, there = entry.wanted, entry.wanted.place
    pairs = {
        Column.NAME: (stands.name, wanted.name),
        Column.KIND: (Kind(stands.kind).label, Kind(wanted.kind).label),
        Column.TIER: (Tier(place.tier).label, Tier(there.tier).label),
        Column.DISTRICT: (place.district, there.district),
        Column.COMMUNE: (place.commune, there.commune),
        Column.REPORTING_UNIT: (place.reporting_unit, there.reporting_unit),
        Column.OPENED_ON: (stands.opened_on, wanted.opened_on),
        Column.CLOSED_ON: (stands.closed_on, wanted.closed_on),
    }
    named = labels()
    return [
        FieldChange(named[column], *(_written(value) for value in pairs[column]))
        for column in entry.changed
    ]


def faults_of(entry: Entry) -> list[tuple[str, str]]:
    """Heading and reason of everything that is wrong with a row."""
    named = labels()
    return [(named[column], words) for column, words in entry.faults.items()]


def _written(value) -> str:
    if isinstance(value, datetime.date):
        return formats.date_format(value, "SHORT_DATE_FORMAT")
    return "–" if value is None else str(value)
