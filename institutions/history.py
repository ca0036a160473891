"""Who changed what about an institution, and why: its own facts, its placements and what it goes
on in, newest first."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.utils import formats
from django.utils.translation import gettext as _

from institutions.models import Continuation, Institution, Placement, User

_NOT_SHOWN = {"id", "sort_key", "institution", "predecessor"}


@dataclass(frozen=True, slots=True)
class FieldChange:
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One saved change; `changes` is empty where a row was made or removed."""

    at: datetime.datetime
    by: User | None
    what: str
    changes: tuple[FieldChange, ...] = ()
    reason: str = ""


def entries(institution: Institution) -> list[Entry]:
    """All recorded changes, in a fixed number of queries whatever their number."""
    own = list(
        institution.history.select_related("history_user").order_by("history_date", "history_id")
    )
    placed = list(
        Placement.history.filter(institution_id=institution.pk)
        .select_related("history_user")
        .order_by("history_date", "history_id")
    )
    continued = list(
        Continuation.history.filter(predecessor_id=institution.pk)
        .select_related("history_user")
        .order_by("history_date", "history_id")
    )
    names = _Names([*own, *placed, *continued])
    found = [
        *_compared(own, _("Institution"), names),
        *_compared(placed, _("Placement"), names),
        *_compared(continued, _("Continuation"), names),
    ]
    return sorted(found, key=lambda entry: entry.at, reverse=True)


def _compared(records: Iterable, subject: str, names: "_Names") -> Iterable[Entry]:
    before: dict[int, object] = {}
    for record in records:
        former = before.get(record.id)
        before[record.id] = record
        if record.history_type == "~" and former is not None:
            changes = tuple(names.differences(former, record))
            if not changes:
                continue
            what = _("%(subject)s changed") % {"subject": subject}
        else:
            changes = ()
            words = {
                "+": _("%(subject)s recorded"),
                "~": _("%(subject)s changed"),
                "-": _("%(subject)s removed"),
            }
            what = words[record.history_type] % {"subject": subject}
        yield Entry(
            record.history_date,
            record.history_user,
            what,
            changes,
            record.history_change_reason or "",
        )


class _Names:
    """Words for the values of records; related rows are read once per model."""

    def __init__(self, records):
        wanted: dict[type, set] = {}
        for record in records:
            for field in _tracked(record):
                if field.is_relation and (pk := getattr(record, field.attname)):
                    wanted.setdefault(field.related_model, set()).add(pk)
        self._rows = {model: model.objects.in_bulk(pks) for model, pks in wanted.items()}

    def differences(self, former, record) -> Iterable[FieldChange]:
        for field in _tracked(record):
            before, after = getattr(former, field.attname), getattr(record, field.attname)
            if before != after:
                yield FieldChange(
                    str(field.verbose_name), self.word(field, before), self.word(field, after)
                )

    def word(self, field: models.Field, value) -> str:
        if value is None or value == "":
            return "–"
        if field.is_relation:
            return str(self._rows[field.related_model].get(value, value))
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if isinstance(value, datetime.date):
            return formats.date_format(value, "SHORT_DATE_FORMAT")
        return str(dict(field.flatchoices).get(value, value))


def _tracked(record) -> list[models.Field]:
    return [
        field
        for field in record.instance_type._meta.concrete_fields
        if field.name not in _NOT_SHOWN
    ]
