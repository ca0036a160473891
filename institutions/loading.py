"""Loading the map: administrative units and successions from CSV files."""

import csv
import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from institutions import names
from institutions.models import (
    BEFORE_OUR_RECORDS,
    RESERVED_SLUGS,
    AdministrativeUnit,
    Succession,
    is_valid_on,
)

UNIT_COLUMNS = (
    *("level", "code", "name", "kind", "parent_code"),
    *("valid_from", "valid_to", "latitude", "longitude"),
)
SUCCESSION_COLUMNS = (
    *("level", "predecessor_code", "successor_code"),
    *("is_default", "effective_on", "legal_basis"),
)
_BATCH = 2000

Level = AdministrativeUnit.Level


class UnitFileError(Exception):
    """A file of units or successions that cannot be loaded; says where and why."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What loading did to one kind of row. Rows that the file does not name stay as they are."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class LoadResult:
    units: Tally
    successions: Tally

    @property
    def changed(self) -> bool:
        return any((t.created or t.updated) for t in (self.units, self.successions))


@transaction.atomic
def load_units(units_file: Path, successions_file: Path) -> LoadResult:
    """Bring administrative units and successions in line with two CSV files, wholly or not at all.

    A unit is the same unit if level, code and valid_from agree; nothing is ever removed, and a
    province keeps the slug it has. A parent is the unit of the next level up with that code that
    was valid on the row's valid_from: codes were reused by the reform of 01/7/2025.

    Raises UnitFileError for a missing column, a bad date, an unknown parent or a succession
    between units that the files do not hold.
    """
    units = _load_unit_rows(_rows(units_file, UNIT_COLUMNS), units_file.name)
    successions = _load_succession_rows(
        _rows(successions_file, SUCCESSION_COLUMNS), successions_file.name
    )
    return LoadResult(units=units, successions=successions)


def official_name(name: str, kind: str) -> str:
    """The name with its kind of unit written officially: first letter capital, the rest small.

    The source writes "Thành Phố Bắc Kạn" and "Thị Trấn Óc Eo" in ten rows. Only the words of the
    kind are touched, and only where the name begins with them, so that no proper name changes.
    """
    if name.lower().startswith(f"{kind.lower()} "):
        return kind[:1].upper() + kind[1:].lower() + name[len(kind) :]
    return name


def _rows(path: Path, columns: Iterable[str]) -> list[tuple[int, dict[str, str]]]:
    """Line number and cells of each row; every column must be there, others are left out."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if missing := set(columns) - set(reader.fieldnames or ()):
                raise UnitFileError(
                    _("%(file)s: missing columns: %(columns)s")
                    % {"file": path.name, "columns": ", ".join(sorted(missing))}
                )
            return [
                (reader.line_num, {c: (row[c] or "").strip() for c in columns}) for row in reader
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnitFileError(
            _("%(file)s cannot be read: %(error)s") % {"file": path.name, "error": error}
        ) from error


def _cell(convert: Callable, text: str, *, file: str, line: int):
    try:
        return convert(text) if text else None
    except (ValueError, InvalidOperation) as error:
        raise UnitFileError(
            _("%(file)s, line %(line)s: cannot read “%(value)s”")
            % {"file": file, "line": line, "value": text}
        ) from error


def _degrees(text: str) -> Decimal:
    return Decimal(text).quantize(Decimal("0.000001"))


def _load_unit_rows(rows: list[tuple[int, dict[str, str]]], file: str) -> Tally:
    known = {(u.level, u.code, u.valid_from): u for u in AdministrativeUnit.objects.all()}
    by_code: dict[tuple[str, str], list[AdministrativeUnit]] = {}
    for unit in known.values():
        by_code.setdefault((unit.level, unit.code), []).append(unit)
    slugs = {u.slug for u in known.values() if u.slug} | RESERVED_SLUGS
    wanted: dict[str, list[tuple[int, dict, AdministrativeUnit]]] = {level: [] for level in Level}
    for line, row in rows:
        if row["level"] not in wanted or not row["code"] or not row["name"]:
            raise UnitFileError(
                _("%(file)s, line %(line)s: a unit needs a level, a code and a name")
                % {"file": file, "line": line}
            )
        unit = AdministrativeUnit(
            level=row["level"],
            code=row["code"],
            name=official_name(row["name"], row["kind"]),
            kind=row["kind"],
            valid_from=_cell(datetime.date.fromisoformat, row["valid_from"], file=file, line=line)
            or BEFORE_OUR_RECORDS,
            valid_to=_cell(datetime.date.fromisoformat, row["valid_to"], file=file, line=line),
            latitude=_cell(_degrees, row["latitude"], file=file, line=line),
            longitude=_cell(_degrees, row["longitude"], file=file, line=line),
        )
        unit.sort_key = names.sort_key(unit.short_name)
        wanted[unit.level].append((line, row, unit))

    created = updated = unchanged = 0
    compared = ("name", "kind", "sort_key", "parent_id", "valid_to", "latitude", "longitude")
    seen: set[tuple] = set()
    # Level by level, so that parents have their keys; older provinces first, so that the unit that
    # had a name first has the plain slug.
    for level in (Level.PROVINCE, Level.DISTRICT, Level.COMMUNE):
        new: list[AdministrativeUnit] = []
        changed: list[AdministrativeUnit] = []
        for line, row, unit in sorted(wanted[level], key=lambda item: item[2].valid_from):
            key = (unit.level, unit.code, unit.valid_from)
            if key in seen:
                raise UnitFileError(
                    _("%(file)s, line %(line)s: unit %(code)s stands twice")
                    % {"file": file, "line": line, "code": unit.code}
                )
            seen.add(key)
            unit.parent = _parent(unit, row["parent_code"], by_code, file=file, line=line)
            current = known.get(key)
            if current is None:
                if level == Level.PROVINCE:
                    unit.slug = _free_slug(unit, slugs)
                    slugs.add(unit.slug)
                new.append(unit)
            elif any(getattr(current, f) != getattr(unit, f) for f in compared):
                for name in compared:
                    setattr(current, name, getattr(unit, name))
                changed.append(current)
            else:
                unchanged += 1
        AdministrativeUnit.objects.bulk_create(new, batch_size=_BATCH)
        if changed:
            AdministrativeUnit.objects.bulk_update(changed, compared, batch_size=100)
        for unit in new:
            by_code.setdefault((unit.level, unit.code), []).append(unit)
        created, updated = created + len(new), updated + len(changed)
    return Tally(created, updated, unchanged)


def _parent(
    unit: AdministrativeUnit, code: str, by_code: dict, *, file: str, line: int
) -> AdministrativeUnit | None:
    """The unit above: of a commune a district or, on the map without districts, a province."""
    if not code:
        return None
    above = {Level.COMMUNE: (Level.DISTRICT, Level.PROVINCE), Level.DISTRICT: (Level.PROVINCE,)}
    for level in above.get(unit.level, ()):
        for candidate in by_code.get((level, code), ()):
            if is_valid_on(candidate, unit.valid_from):
                return candidate
    raise UnitFileError(
        _("%(file)s, line %(line)s: no unit %(code)s was valid on %(day)s")
        % {"file": file, "line": line, "code": code, "day": unit.valid_from}
    )


def _free_slug(unit: AdministrativeUnit, taken: set[str]) -> str:
    """`bac-kan`; after a province of an earlier map with that name, `gia-lai-2025`."""
    plain = names.slug(unit.short_name) or unit.code
    year = unit.valid_from.year
    for candidate in (plain, f"{plain}-{year}", f"{plain}-{unit.code}-{year}"):
        if candidate not in taken:
            return candidate
    raise UnitFileError(_("No address is free for %(unit)s") % {"unit": unit.name})


def _load_succession_rows(rows: list[tuple[int, dict[str, str]]], file: str) -> Tally:
    ended: dict[tuple, int] = {}
    begun: dict[tuple, int] = {}
    for pk, level, code, valid_from, valid_to in AdministrativeUnit.objects.values_list(
        "pk", "level", "code", "valid_from", "valid_to"
    ):
        ended[level, code, valid_to] = pk
        begun[level, code, valid_from] = pk
    known = {
        (s.predecessor_id, s.successor_id, s.effective_on): s for s in Succession.objects.all()
    }
    new, changed, unchanged = [], [], 0
    for line, row in rows:
        day = _cell(datetime.date.fromisoformat, row["effective_on"], file=file, line=line)
        predecessor = ended.get((row["level"], row["predecessor_code"], day))
        successor = begun.get((row["level"], row["successor_code"], day))
        if predecessor is None or successor is None:
            raise UnitFileError(
                _(
                    "%(file)s, line %(line)s: no unit %(old)s ended or no unit %(new)s began"
                    " on %(day)s"
                )
                % {
                    "file": file,
                    "line": line,
                    "old": row["predecessor_code"],
                    "new": row["successor_code"],
                    "day": day,
                }
            )
        wanted = Succession(
            predecessor_id=predecessor,
            successor_id=successor,
            effective_on=day,
            is_default=row["is_default"] == "1",
            legal_basis=row["legal_basis"],
        )
        current = known.get((predecessor, successor, day))
        if current is None:
            new.append(wanted)
        elif (current.is_default, current.legal_basis) != (wanted.is_default, wanted.legal_basis):
            current.is_default, current.legal_basis = wanted.is_default, wanted.legal_basis
            changed.append(current)
        else:
            unchanged += 1
    # First those that stop being the default: one predecessor has one at any moment.
    for is_default in (False, True):
        part = [s for s in changed if s.is_default is is_default]
        if part:
            Succession.objects.bulk_update(part, ["is_default", "legal_basis"], batch_size=400)
    Succession.objects.bulk_create(new, batch_size=_BATCH)
    return Tally(len(new), len(changed), unchanged)
