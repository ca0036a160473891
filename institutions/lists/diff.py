"""What a list would change: rows and the register as it stands -> a plan. Asks no database.

The preview shows the plan; applying it computes it again under the lock and compares. What a
change may be is said by the register's own checks, so that a file can do nothing a page refuses.
"""

from __future__ import annotations

import datetime
import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from django.utils.translation import gettext as _

from institutions import names
from institutions.lists.columns import NOTHING, Column, cleaned, read_day
from institutions.models import (
    BEFORE_OUR_RECORDS,
    AdministrativeUnit,
    Institution,
    Placement,
    ReportingUnit,
    is_valid_on,
)
from institutions.register import services as register

Unit = AdministrativeUnit | ReportingUnit


class Outcome(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    DOUBTFUL = "doubtful"  # the same name and place as another one: a person has to say
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Sent:
    """One row of a file: its texts by column, for the columns that the file has."""

    line: int
    cells: Mapping[Column, str]


@dataclass(frozen=True, slots=True)
class Place:
    tier: str
    district: AdministrativeUnit | None
    commune: AdministrativeUnit | None
    reporting_unit: ReportingUnit

    @classmethod
    def of(cls, placement: Placement) -> Place:
        return cls(placement.tier, placement.district, placement.commune, placement.reporting_unit)


@dataclass(frozen=True, slots=True)
class Known:
    """An institution as it stands in the territory. `first`, `last`: placements there; `left`: it
    moved on to another territory."""

    institution: Institution
    first: Placement
    last: Placement
    left: bool = False

    @property
    def place(self) -> Place:
        return Place.of(self.last)


@dataclass(frozen=True, slots=True)
class Register:
    """What a list is compared with: one territory, read at one moment.

    `known` by code in small letters; `foreign`: codes in the file that stand in other
    territories only; `kinds`, `tiers`: values by their folded words.
    """

    territory: AdministrativeUnit
    known: Mapping[str, Known]
    foreign: Collection[str]
    taken: Collection[str]
    districts: Sequence[AdministrativeUnit]
    communes: Sequence[AdministrativeUnit]
    reporting_units: Sequence[ReportingUnit]
    kinds: Mapping[str, str]
    tiers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The institution as the row has it."""

    name: str
    kind: str
    place: Place
    opened_on: datetime.date | None
    closed_on: datetime.date | None


@dataclass(frozen=True, slots=True)
class Entry:
    """What becomes of one row. `faults`: words by column, all of them; `alike`: what it may be
    the same as, codes of institutions and lines of the file."""

    line: int
    outcome: Outcome
    code: str = ""
    name: str = ""
    known: Known | None = None
    wanted: Wanted | None = None
    changed: tuple[Column, ...] = ()
    faults: Mapping[Column, str] = field(default_factory=dict)
    alike: tuple[str, ...] = ()

    @property
    def moves(self) -> bool:
        return bool(_PLACE & set(self.changed))

    @property
    def takes_a_day(self) -> bool:
        """Renaming and moving happen on a day of their own."""
        return Column.NAME in self.changed or self.moves


_PLACE = frozenset({Column.TIER, Column.DISTRICT, Column.COMMUNE, Column.REPORTING_UNIT})


@dataclass(frozen=True, slots=True)
class ListPlan:
    entries: tuple[Entry, ...]

    def of(self, *outcomes: Outcome) -> list[Entry]:
        return [entry for entry in self.entries if entry.outcome in outcomes]

    @property
    def tally(self) -> dict[str, int]:
        counted = Counter(entry.outcome for entry in self.entries)
        return {outcome.value: counted[outcome] for outcome in Outcome}

    @property
    def fingerprint(self) -> str:
        """The same for the same plan, in whatever language it was shown."""
        digest = hashlib.sha256()
        for entry in self.entries:
            known, wanted = entry.known, entry.wanted
            shown = [entry.line, entry.outcome, entry.code, entry.changed, sorted(entry.faults)]
            if known is not None:
                at = known.institution
                shown += [at.pk, at.name, at.opened_on, at.closed_on, known.last.pk]
            if wanted is not None:
                place = wanted.place
                shown += [wanted.name, wanted.kind, wanted.opened_on, wanted.closed_on, place.tier]
                shown += [
                    unit and unit.pk
                    for unit in (place.district, place.commune, place.reporting_unit)
                ]
            digest.update(repr([str(part) for part in shown]).encode())
        return digest.hexdigest()


def diff(
    rows: Iterable[Sent],
    current: Register,
    *,
    today: datetime.date,
    confirmed: Collection[int] = (),
) -> ListPlan:
    """What the rows would change. `confirmed`: lines that a person says are other institutions
    than their namesakes."""
    reader = _Reader(current, today)
    entries = [reader.read(row) for row in rows]
    entries = _coded(entries, current)
    return ListPlan(tuple(_doubted(entries, current, set(confirmed))))


def faults_on(
    plan: ListPlan, day: datetime.date, *, today: datetime.date
) -> list[tuple[Entry, str]]:
    """The rows that cannot be renamed or moved on that day, with the reason."""
    found = []
    for entry in plan.of(Outcome.CHANGED):
        known, wanted = entry.known, entry.wanted
        fault = ""
        if Column.NAME in entry.changed:
            fault = register.check_day(day, after=wanted.opened_on, today=today, ahead=0)
        if not fault and entry.moves:
            began = known.last.valid_to or known.last.valid_from
            after = max(began, wanted.opened_on or began)
            fault = register.check_day(day, after=after, today=today)
            if not fault:
                faults = _faults_of_place(known.last.territory, wanted.place, day)
                fault = " ".join(faults.values())
        if fault:
            found.append((entry, fault))
    return found


class _Invalid(Exception):
    """A row that cannot be read further."""


class _Reader:
    """Reads one row after the other against the register."""

    def __init__(self, current: Register, today: datetime.date):
        self.current, self.today = current, today
        self.seen: dict[str, int] = {}
        self.districts = _by_name(current.districts)
        self.communes = _by_name(current.communes)
        self.units = _by_name(current.reporting_units)
        self.district_of = {unit.pk: unit for unit in current.districts}

    def read(self, row: Sent) -> Entry:
        cells = {column: cleaned(text) for column, text in row.cells.items()}
        code, name = cells.get(Column.CODE, ""), cells.get(Column.NAME, "")
        entry = Entry(row.line, Outcome.INVALID, code=code, name=name)
        known = self.current.known.get(code.lower()) if code else None
        faults = self._faults_of_code(code, known, row.line)
        if faults:
            return replace(entry, faults=faults)
        if known is not None:
            entry = replace(entry, code=known.institution.code, known=known)
            entry = replace(entry, name=name or known.institution.name)
        faults = {}
        wanted = self._wanted(cells, known, faults)
        if wanted is None:
            return replace(entry, faults=faults)
        entry = replace(entry, wanted=wanted)
        if known is None:
            faults |= self._faults_of_new(wanted)
        else:
            entry = replace(entry, changed=_changed(known, wanted))
            faults |= self._faults_of_change(entry)
        if faults:
            return replace(entry, faults=faults)
        if known is None:
            return replace(entry, outcome=Outcome.NEW)
        return replace(entry, outcome=Outcome.CHANGED if entry.changed else Outcome.SAME)

    def _faults_of_code(self, code: str, known: Known | None, line: int) -> dict[Column, str]:
        if not code:
            return {}
        if (first := self.seen.setdefault(code.lower(), line)) != line:
            return {Column.CODE: _("Line %(line)s has the same code.") % {"line": first}}
        if known is None and code.lower() in self.current.foreign:
            return {Column.CODE: _("This institution stands in another territory.")}
        if known is None and not register.is_code(code):
            return {Column.CODE: _("A code has letters, digits, hyphens and dots only.")}
        return {}

    def _wanted(
        self, cells: dict[Column, str], known: Known | None, faults: dict[Column, str]
    ) -> Wanted | None:
        """The row as values; what is blank is as it stands. Adds to `faults`; None if it cannot
        be told what is wanted."""
        stands = known.institution if known else None
        place = known.place if known else None

        def value(column, read, default):
            text = cells.get(column, "")
            if not text:
                return default
            try:
                return read(text)
            except _Invalid as fault:
                faults[column] = str(fault)
                return None

        name = cells.get(Column.NAME, "") or (stands.name if stands else "")
        kind = value(Column.KIND, self._kind, stands.kind if stands else None)
        tier = value(Column.TIER, self._tier, place.tier if place else None)
        opened_on = value(Column.OPENED_ON, self._day, stands.opened_on if stands else None)
        closed_on = value(Column.CLOSED_ON, self._day, stands.closed_on if stands else None)
        unit = value(
            Column.REPORTING_UNIT,
            lambda text: self._one(
                self.units,
                text,
                _("There is no such reporting unit."),
                here=place and place.reporting_unit,
            ),
            place.reporting_unit if place else None,
        )
        district, commune = self._where(cells, place, value)
        required = {
            Column.NAME: name,
            Column.KIND: kind,
            Column.TIER: tier,
            Column.REPORTING_UNIT: unit,
        }
        for column, found in required.items():
            if not found:
                faults.setdefault(column, _("A new institution needs this."))
        if faults:
            return None
        return Wanted(name, kind, Place(tier, district, commune, unit), opened_on, closed_on)

    def _where(self, cells, place: Place | None, value):
        """District and commune. A commune brings its district where the row names none."""
        stands = place.district if place else None, place.commune if place else None

        def read_district(text):
            if text == NOTHING:
                return None
            return self._one(self.districts, text, _("There is no such district."), here=stands[0])

        district = value(Column.DISTRICT, read_district, stands[0])
        named = cells.get(Column.DISTRICT, "")
        within = district if named not in ("", NOTHING) else None

        def read_commune(text):
            if text == NOTHING:
                return None
            here = stands[1] if within in (None, stands[0]) else None
            return self._one(
                self.communes, text, _("There is no such commune."), within=within, here=here
            )

        commune = value(Column.COMMUNE, read_commune, stands[1])
        if commune is not None and commune != stands[1] and not named:
            district = self.district_of.get(commune.parent_id)
        return district, commune

    def _one(
        self,
        units: Mapping[str, list],
        text: str,
        missing: str,
        *,
        within: AdministrativeUnit | None = None,
        here: Unit | None = None,
    ):
        """The unit that the text names, by its code or name; the present one rather than another
        of its name. Letter by letter first: some neighbours differ by a diacritic alone."""
        found = units.get(text.lower()) or units.get(names.slug(text), [])
        if here in found:
            return here
        if within is not None:
            found = [unit for unit in found if unit.parent_id == within.pk]
        # Codes and names were used again: those in force today, or on the last day of the map.
        last = self.current.territory.last_day
        day = min(self.today, last) if last else self.today
        if len(found) > 1:
            found = [unit for unit in found if is_valid_on(unit, day)] or found
        if not found:
            raise _Invalid(missing)
        if len(found) > 1:
            raise _Invalid(
                _("Several have this name: write the code, one of %(codes)s.")
                % {"codes": ", ".join(sorted(unit.code for unit in found))}
            )
        return found[0]

    def _kind(self, text: str) -> str:
        if (kind := self.current.kinds.get(names.slug(text))) is None:
            raise _Invalid(_("Write library, museum or culture centre."))
        return kind

    def _tier(self, text: str) -> str:
        if (tier := self.current.tiers.get(names.slug(text))) is None:
            raise _Invalid(_("There is no such tier; the template lists them."))
        return tier

    def _day(self, text: str) -> datetime.date | None:
        if text == NOTHING:
            raise _Invalid(_("A day cannot be taken away here."))
        try:
            return read_day(text)
        except ValueError:
            raise _Invalid(_("Write the day as 30/11/2025.")) from None

    def _faults_of_new(self, wanted: Wanted) -> dict[Column, str]:
        faults = _faults_of_name(wanted.name)
        opened_on, closed_on = wanted.opened_on, wanted.closed_on
        if opened_on and (fault := register.check_day(opened_on, after=None, today=self.today)):
            faults[Column.OPENED_ON] = fault
        if closed_on:
            begins = opened_on or max(BEFORE_OUR_RECORDS, self.current.territory.valid_from)
            if fault := register.check_day(closed_on, after=begins, today=self.today):
                faults[Column.CLOSED_ON] = fault
        return faults | _faults_of_place(self.current.territory, wanted.place, opened_on)

    def _faults_of_change(self, entry: Entry) -> dict[Column, str]:
        known, wanted, changed = entry.known, entry.wanted, entry.changed
        stands, last = known.institution, known.last
        if not changed:
            return {}
        if known.left:
            return {column: _("It stands in another territory by now.") for column in changed}
        faults: dict[Column, str] = {}
        if Column.NAME in changed:
            faults |= _faults_of_name(wanted.name)
        if Column.KIND in changed:
            faults[Column.KIND] = _("The kind of an institution never changes.")
        if entry.moves:
            if stands.closed_on is not None:
                faults[Column.CODE] = _("It is closed: it cannot move.")
            elif Column.CLOSED_ON in changed:
                faults[Column.CLOSED_ON] = _("It cannot be moved and closed by one row.")
            faults |= _faults_of_place(last.territory, wanted.place, None)
        if Column.OPENED_ON in changed:
            faults |= self._faults_of_opening(known, wanted)
        if Column.CLOSED_ON in changed:
            after = max(last.valid_from, wanted.opened_on or last.valid_from)
            if stands.closed_on is not None:
                faults[Column.CLOSED_ON] = _("It is closed already: reopen it on its page first.")
            elif fault := register.check_day(wanted.closed_on, after=after, today=self.today):
                faults[Column.CLOSED_ON] = fault
        return faults

    def _faults_of_opening(self, known: Known, wanted: Wanted) -> dict[Column, str]:
        """A corrected day of opening has to fit what followed."""
        opened_on = wanted.opened_on
        fault = register.check_day(opened_on, after=None, today=self.today)
        followed = known.last.valid_from if known.last.pk != known.first.pk else None
        closed_on = known.institution.closed_on
        if not fault and followed and opened_on >= followed:
            fault = _("It was moved before that day.")
        if not fault and closed_on and opened_on >= closed_on:
            fault = _("It was closed before that day.")
        if fault:
            return {Column.OPENED_ON: fault}
        return _faults_of_place(known.first.territory, Place.of(known.first), opened_on)


def _by_name(units: Iterable[Unit]) -> dict[str, list]:
    found: dict[str, list] = defaultdict(list)
    for unit in units:
        for key in _names_of(unit):
            found[key].append(unit)
    return found


def _names_of(unit: Unit) -> set[str]:
    """By code, and by name with or without the kind of unit before it, with or without
    diacritics."""
    said = {cleaned(text) for text in (unit.code, unit.name, getattr(unit, "short_name", ""))}
    return ({text.lower() for text in said} | {names.slug(text) for text in said}) - {""}


def _changed(known: Known, wanted: Wanted) -> tuple[Column, ...]:
    stands, place = known.institution, known.place
    pairs = {
        Column.NAME: (cleaned(stands.name), wanted.name),
        Column.KIND: (stands.kind, wanted.kind),
        Column.TIER: (place.tier, wanted.place.tier),
        Column.DISTRICT: (place.district, wanted.place.district),
        Column.COMMUNE: (place.commune, wanted.place.commune),
        Column.REPORTING_UNIT: (place.reporting_unit, wanted.place.reporting_unit),
        Column.OPENED_ON: (stands.opened_on, wanted.opened_on),
        Column.CLOSED_ON: (stands.closed_on, wanted.closed_on),
    }
    return tuple(column for column, (before, after) in pairs.items() if before != after)


def _faults_of_name(name: str) -> dict[Column, str]:
    return {Column(field): words for field, words in register.faults_of_name(name).items()}


def _faults_of_place(
    territory: AdministrativeUnit, place: Place, day: datetime.date | None
) -> dict[Column, str]:
    found = register.faults_of_place(
        territory=territory,
        tier=place.tier,
        district=place.district,
        commune=place.commune,
        reporting_unit=place.reporting_unit,
        day=day,
        day_field=Column.OPENED_ON,
    )
    return {Column(name): words for name, words in found.items()}


def _coded(entries: list[Entry], current: Register) -> list[Entry]:
    """New ones without a code get the next free one."""
    taken = {code.lower() for code in current.taken}
    taken |= {entry.code.lower() for entry in entries if entry.code}
    numbers: dict[str, int] = {}
    coded = []
    for entry in entries:
        if entry.outcome is Outcome.NEW and not entry.code:
            place = entry.wanted.place
            stem = register.code_stem(
                current.territory, entry.wanted.kind, place.district, place.commune
            )
            number = numbers.get(stem, 1)
            while (code := f"{stem}-{number:02d}").lower() in taken:
                number += 1
            numbers[stem] = number + 1
            entry = replace(entry, code=code)
        coded.append(entry)
    return coded


def _doubted(entries: list[Entry], current: Register, confirmed: set[int]) -> Iterable[Entry]:
    """New and renamed ones whose name and place another one has: doubtful until confirmed."""
    taken = [entry for entry in entries if entry.outcome in (Outcome.SAME, Outcome.CHANGED)]
    written = {entry.known.institution.pk for entry in taken}
    namesakes: dict[tuple, list[str]] = defaultdict(list)
    for known in current.known.values():
        stands = known.institution
        if stands.closed_on is None and not known.left and stands.pk not in written:
            namesakes[_identity(stands.name, known.place)].append(stands.code)
    for entry in taken:
        if entry.wanted.closed_on is None:
            identity = _identity(entry.wanted.name, entry.wanted.place)
            namesakes[identity].append(entry.code)
    in_file: dict[tuple, list[str]] = defaultdict(list)
    for entry in entries:
        is_new = entry.outcome is Outcome.NEW
        if not is_new and not (entry.outcome is Outcome.CHANGED and Column.NAME in entry.changed):
            yield entry
            continue
        identity = _identity(entry.wanted.name, entry.wanted.place)
        alike = [code for code in namesakes[identity] if code != entry.code]
        alike += in_file[identity]
        in_file[identity].append(_("line %(line)s") % {"line": entry.line})
        if not alike:
            yield entry
        elif entry.line in confirmed:
            yield replace(entry, alike=tuple(alike))
        else:
            yield replace(entry, outcome=Outcome.DOUBTFUL, alike=tuple(alike))


def _identity(name: str, place: Place) -> tuple:
    """What two rows about one institution have in common, whatever its tier is called."""
    return (
        names.slug(name),
        place.district and place.district.pk,
        place.commune and place.commune.pk,
    )
