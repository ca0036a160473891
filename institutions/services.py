"""Writing the map and what stands on it: administrative units, institutions, placements.

The last part is the register that the Department keeps: each change has a day and a reason, which
stay in the history of the rows.
"""

import csv
import datetime
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from institutions import names
from institutions.models import (
    BEFORE_OUR_RECORDS,
    REASON_LENGTH,
    RESERVED_SLUGS,
    AdministrativeUnit,
    Continuation,
    Institution,
    Kind,
    Placement,
    ReportingUnit,
    Succession,
    Tier,
    User,
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


# The map ------------------------------------------------------------------------------------


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
            if _valid_on(candidate, unit.valid_from):
                return candidate
    raise UnitFileError(
        _("%(file)s, line %(line)s: no unit %(code)s was valid on %(day)s")
        % {"file": file, "line": line, "code": code, "day": unit.valid_from}
    )


def _valid_on(unit: AdministrativeUnit, day: datetime.date) -> bool:
    return unit.valid_from <= day and (unit.valid_to is None or day < unit.valid_to)


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


# Institutions -------------------------------------------------------------------------------


class PlacementOverlap(ValidationError):
    """The institution already stands somewhere in that time."""


def overlapping(placement: Placement) -> models.QuerySet[Placement]:
    """Other placements of the same institution that share a day with this one."""
    others = Placement.objects.filter(institution_id=placement.institution_id)
    if placement.pk:
        others = others.exclude(pk=placement.pk)
    if placement.valid_to is not None:
        others = others.filter(valid_from__lt=placement.valid_to)
    return others.filter(Q(valid_to=None) | Q(valid_to__gt=placement.valid_from))


@transaction.atomic
def place(
    institution: Institution,
    *,
    territory: AdministrativeUnit,
    tier: Tier | str,
    reporting_unit: ReportingUnit,
    district: AdministrativeUnit | None = None,
    commune: AdministrativeUnit | None = None,
    valid_from: datetime.date = BEFORE_OUR_RECORDS,
    valid_to: datetime.date | None = None,
    moves: bool = False,
    by: User | None = None,
    reason: str = "",
) -> Placement:
    """Say where an institution stands, on which tier, and who reports it, for a time.

    `moves`: a placement that is open on valid_from ends there, as when an agency hands its
    institutions to another one. Without it, any overlap is refused.

    Raises PlacementOverlap; ValidationError if the units do not belong to the territory.
    """
    # Two people placing the same institution at once wait for each other (PostgreSQL; SQLite has
    # one writer at a time anyway).
    Institution.objects.select_for_update().get(pk=institution.pk)
    if moves:
        for former in institution.placements.filter(valid_from__lt=valid_from).filter(
            valid_to=None
        ):
            former.valid_to = valid_from
            _save(former, by, reason)
    placement = Placement(
        institution=institution,
        territory=territory,
        district=district,
        commune=commune,
        tier=tier,
        reporting_unit=reporting_unit,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    check_placement(placement)
    placement.full_clean(validate_constraints=False)
    _save(placement, by, reason)
    return placement


def _save(row: models.Model, by: User | None, reason: str) -> None:
    """Save with who and why in the history."""
    if by is not None:
        row._history_user = by
    row._change_reason = reason or None
    row.save()


def check_placement(placement: Placement) -> None:
    """What no constraint of both databases can hold. Raises ValidationError."""
    check_place(placement)
    if other := overlapping(placement).first():
        raise PlacementOverlap(
            _("%(institution)s already has a placement from %(start)s to %(end)s.")
            % {
                "institution": placement.institution,
                "start": other.valid_from.strftime("%d/%m/%Y"),
                "end": other.valid_to.strftime("%d/%m/%Y") if other.valid_to else "…",
            }
        )


def check_place(placement: Placement) -> None:
    """That dates and units of one placement fit together. Raises ValidationError."""
    if placement.valid_to is not None and placement.valid_to <= placement.valid_from:
        raise ValidationError(_("A placement ends after it begins."))
    if placement.reporting_unit.territory_id != placement.territory_id:
        raise ValidationError(_("The reporting unit belongs to another territory."))
    district, commune = placement.district, placement.commune
    if district is not None and district.parent_id != placement.territory_id:
        raise ValidationError(_("The district lies in another territory."))
    # On a map without districts a commune belongs to the province itself.
    if commune is not None and commune.parent_id != (
        district.pk if district is not None else placement.territory_id
    ):
        raise ValidationError(_("The commune lies elsewhere."))


# The register -------------------------------------------------------------------------------

# How far ahead a decision may lie: what is decided for next year can be entered now.
MOST_DAYS_AHEAD = 366
# What stands in an address in the place of a code.
RESERVED_CODES = frozenset({"new"})
_ABBREVIATIONS = {Kind.LIBRARY: "TV", Kind.MUSEUM: "BT", Kind.CULTURE_CENTRE: "VH"}
_IN_A_COMMUNE = frozenset({Tier.COMMUNE, Tier.VILLAGE})


class RegisterError(ValidationError):
    """A change of the register that cannot be: messages by the name of the field."""


class SameName(RegisterError):
    """Another institution of that kind and place has that name; a person has to confirm."""


def check_day(
    day: datetime.date,
    *,
    after: datetime.date | None,
    today: datetime.date,
    ahead: int = MOST_DAYS_AHEAD,
) -> str:
    """Why `day` cannot be the day of a change; "" if it can.

    `after`: the day on which what is changed began; a change comes later. `ahead`: days from today
    that the day may lie in the future.
    """
    if after is not None and day <= after:
        return _("The day must be later than %(day)s, when what is changed began.") % {
            "day": written_day(after)
        }
    if day <= BEFORE_OUR_RECORDS:
        return _("The day lies before our records.")
    if (day - today).days > ahead:
        if ahead:
            return _("The day lies more than a year ahead. Check the year.")
        return _("The day lies in the future. Enter this once it is in force.")
    return ""


def written_day(day: datetime.date) -> str:
    return day.strftime("%d/%m/%Y")


@transaction.atomic
def add_institution(
    *,
    territory: AdministrativeUnit,
    name: str,
    kind: Kind | str,
    tier: Tier | str,
    reporting_unit: ReportingUnit,
    district: AdministrativeUnit | None = None,
    commune: AdministrativeUnit | None = None,
    opened_on: datetime.date | None = None,
    code: str = "",
    reason: str,
    by: User | None = None,
    confirmed: bool = False,
) -> Institution:
    """Enter an institution with its first place. An empty code: the next free one is given.

    `confirmed`: a person says that it is another institution than its namesake nearby.
    Raises SameName, or RegisterError by field.
    """
    # Two people adding at once take their codes one after the other.
    AdministrativeUnit.objects.select_for_update().get(pk=territory.pk)
    name, code = " ".join(name.split()), code.strip()
    errors = _faults_of_name(name) | (_faults_of_code(code) if code else {})
    if opened_on and (fault := check_day(opened_on, after=None, today=timezone.localdate())):
        errors["opened_on"] = fault
    errors |= _faults_of_place(
        territory=territory,
        tier=tier,
        district=district,
        commune=commune,
        reporting_unit=reporting_unit,
        day=opened_on,
        day_field="opened_on",
    )
    if errors:
        raise RegisterError(errors)
    if not confirmed:
        _refuse_namesakes(name, kind, territory, district, commune)
    institution = Institution(
        code=code or proposed_code(territory, kind, district, commune),
        name=name,
        sort_key=names.sort_key(name),
        kind=kind,
        opened_on=opened_on,
    )
    institution.full_clean()
    _save(institution, by, reason)
    place(
        institution,
        territory=territory,
        tier=tier,
        reporting_unit=reporting_unit,
        district=district,
        commune=commune,
        valid_from=opened_on or max(BEFORE_OUR_RECORDS, territory.valid_from),
        by=by,
        reason=reason,
    )
    return institution


def proposed_code(
    territory: AdministrativeUnit,
    kind: Kind | str,
    district: AdministrativeUnit | None,
    commune: AdministrativeUnit | None,
) -> str:
    """The next free code: province, kind, smallest unit, number ("98-TV-98102-01")."""
    where = commune or district
    stem = "-".join([territory.code, _ABBREVIATIONS[Kind(kind)], *([where.code] if where else [])])
    taken = set(
        Institution.objects.filter(code__startswith=f"{stem}-").values_list("code", flat=True)
    )
    number = 1
    while f"{stem}-{number:02d}" in taken:
        number += 1
    return f"{stem}-{number:02d}"


@transaction.atomic
def rename_institution(
    institution: Institution,
    *,
    name: str,
    day: datetime.date,
    reason: str,
    by: User | None = None,
    confirmed: bool = False,
) -> None:
    """Give an institution another name. It shows at once and for every year; the former one and
    the day stay in the history. Raises SameName, or RegisterError by field."""
    current, last = _locked(institution)
    name = " ".join(name.split())
    if name == current.name:
        raise RegisterError({"name": _("That is its name already.")})
    errors = _faults_of_name(name)
    if fault := check_day(day, after=current.opened_on, today=timezone.localdate(), ahead=0):
        errors["day"] = fault
    if errors:
        raise RegisterError(errors)
    if not confirmed:
        _refuse_namesakes(
            name, current.kind, last.territory, last.district, last.commune, other_than=current
        )
    current.name, current.sort_key = name, names.sort_key(name)
    # Names have no days of their own: the history keeps it with the reason.
    _save(current, by, f"{written_day(day)}: {reason}"[:REASON_LENGTH])


@transaction.atomic
def move_institution(
    institution: Institution,
    *,
    day: datetime.date,
    tier: Tier | str,
    reporting_unit: ReportingUnit,
    district: AdministrativeUnit | None = None,
    commune: AdministrativeUnit | None = None,
    reason: str,
    by: User | None = None,
) -> Placement:
    """Another place, tier or reporting unit within the territory from `day` on; the former
    placement ends there. Raises RegisterError by field."""
    current, last = _locked(institution)
    _refuse_closed(current)
    after = last.valid_from if last.valid_to is None else last.valid_to
    if current.opened_on and current.opened_on > after:
        after = current.opened_on
    if fault := check_day(day, after=after, today=timezone.localdate()):
        raise RegisterError({"day": fault})
    there = (str(tier), district, commune, reporting_unit)
    if there == (last.tier, last.district, last.commune, last.reporting_unit):
        raise RegisterError(
            {"tier": _("Nothing would change: choose another tier, place or reporting unit.")}
        )
    errors = _faults_of_place(
        territory=last.territory,
        tier=tier,
        district=district,
        commune=commune,
        reporting_unit=reporting_unit,
        day=day,
        day_field="day",
    )
    if errors:
        raise RegisterError(errors)
    return place(
        current,
        territory=last.territory,
        tier=tier,
        reporting_unit=reporting_unit,
        district=district,
        commune=commune,
        valid_from=day,
        moves=True,
        by=by,
        reason=reason,
    )


@transaction.atomic
def close_institution(
    institution: Institution, *, day: datetime.date, reason: str, by: User | None = None
) -> None:
    """`day` is the first one without the institution. Figures that were reported stay; the rosters
    of later days leave it out. Raises RegisterError by field."""
    current, last = _locked(institution)
    _close(current, last, day, by, reason)


@transaction.atomic
def reopen_institution(
    institution: Institution, *, reason: str, by: User | None = None
) -> list[Institution]:
    """Take a mistaken closure back, and with it what the institution was merged into that day.

    Returns those it no longer goes on in. Raises RegisterError if it is not closed.
    """
    current, _last = _locked(institution)
    if current.closed_on is None:
        raise RegisterError(_("The institution is not closed."))
    undone = []
    for step in current.continuations.filter(date=current.closed_on).select_related("successor"):
        undone.append(step.successor)
        if by is not None:
            step._history_user = by
        step._change_reason = reason
        step.delete()
    current.closed_on = None
    _save(current, by, reason)
    return undone


@transaction.atomic
def merge_institutions(
    predecessors: Iterable[Institution],
    *,
    successor: Institution,
    day: datetime.date,
    reason: str,
    kind: Continuation.Kind | str = Continuation.Kind.MERGED,
    by: User | None = None,
) -> None:
    """From `day` on the predecessors are closed and go on in the successor, which stays open: their
    base-year counts are read with it. Wholly or not at all. Raises RegisterError by field."""
    # Everybody locks in the order of keys, so that two mergers at once cannot wait in a circle.
    predecessors = sorted(predecessors, key=lambda row: row.pk)
    ids = [successor.pk, *(row.pk for row in predecessors)]
    list(Institution.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    into, _last = _locked(successor)
    for each in predecessors:
        current, last = _locked(each)
        if current.pk == into.pk:
            raise RegisterError({"successor": _("An institution cannot go on in itself.")})
        if current.kind != into.kind:
            raise RegisterError({"successor": _("It is of another kind: figures cannot go on.")})
        if into.closed_on is not None:
            raise RegisterError(
                {
                    "successor": _("%(name)s is closed from %(day)s on.")
                    % {"name": into.name, "day": written_day(into.closed_on)}
                }
            )
        if into.opened_on and into.opened_on > day:
            raise RegisterError(
                {
                    "day": _("%(name)s opens later, on %(day)s.")
                    % {"name": into.name, "day": written_day(into.opened_on)}
                }
            )
        if Continuation.objects.filter(
            Q(predecessor=current, successor=into) | Q(predecessor=into, successor=current)
        ).exists():
            raise RegisterError(
                {"successor": _("The two are already recorded as one going on in the other.")}
            )
        _close(current, last, day, by, reason)
        _save(Continuation(predecessor=current, successor=into, date=day, kind=kind), by, reason)


def _close(
    institution: Institution, last: Placement, day: datetime.date, by: User | None, reason: str
) -> None:
    _refuse_closed(institution)
    began = max(last.valid_from, institution.opened_on or last.valid_from)
    if fault := check_day(day, after=began, today=timezone.localdate()):
        raise RegisterError({"day": fault})
    institution.closed_on = day
    _save(institution, by, reason)


def _refuse_closed(institution: Institution) -> None:
    if institution.closed_on is not None:
        raise RegisterError(
            _("The institution is closed from %(day)s on. Reopen it first if that was a mistake.")
            % {"day": written_day(institution.closed_on)}
        )


def _locked(institution: Institution) -> tuple[Institution, Placement]:
    """The row as it stands now, held until the transaction ends, and its newest placement."""
    current = Institution.objects.select_for_update().get(pk=institution.pk)
    last = (
        current.placements.select_related("territory", "district", "commune", "reporting_unit")
        .order_by("valid_from")
        .last()
    )
    if last is None:
        raise RegisterError(_("The institution stands nowhere yet."))
    return current, last


def _faults_of_name(name: str) -> dict[str, str]:
    """A name has to fit its column, and its key, which is longer, the one beside it."""
    for column, text in (("name", name), ("sort_key", names.sort_key(name))):
        if len(text) > Institution._meta.get_field(column).max_length:
            return {"name": _("The name is too long.")}
    return {}


def _faults_of_code(code: str) -> dict[str, str]:
    if code in RESERVED_CODES or not re.fullmatch(r"\w[\w.-]*", code):
        return {"code": _("A code has letters, digits, hyphens and dots only.")}
    if Institution.objects.filter(code__iexact=code).exists():
        return {"code": _("Another institution has this code. Leave it empty to be given one.")}
    return {}


def _faults_of_place(
    *,
    territory: AdministrativeUnit,
    tier: Tier | str,
    district: AdministrativeUnit | None,
    commune: AdministrativeUnit | None,
    reporting_unit: ReportingUnit,
    day: datetime.date | None,
    day_field: str,
) -> dict[str, str]:
    """What `check_place` refuses, beside the field, and units that did not exist on the day."""
    errors: dict[str, str] = {}
    if reporting_unit.territory_id != territory.pk:
        errors["reporting_unit"] = _("The reporting unit belongs to another territory.")
    if district is not None and district.parent_id != territory.pk:
        errors["district"] = _("The district lies in another territory.")
    if commune is not None and commune.parent_id != (district.pk if district else territory.pk):
        errors["commune"] = _("The commune lies elsewhere.")
    if tier in _IN_A_COMMUNE and commune is None:
        errors["commune"] = _("An institution of this tier stands in a commune: choose it.")
    if tier == Tier.DISTRICT and district is None:
        errors["district"] = _("An institution of this tier stands in a district: choose it.")
    if day is None:
        return errors
    if not _valid_on(territory, day):
        errors[day_field] = _("%(unit)s did not exist on %(day)s.") % {
            "unit": territory,
            "day": written_day(day),
        }
        return errors
    units = {"district": district, "commune": commune, "reporting_unit": reporting_unit}
    for field, unit in units.items():
        if unit is not None and not _valid_on(unit, day):
            errors.setdefault(
                field,
                _("%(unit)s did not exist on %(day)s.") % {"unit": unit, "day": written_day(day)},
            )
    return errors


def _refuse_namesakes(
    name: str,
    kind: Kind | str,
    territory: AdministrativeUnit,
    district: AdministrativeUnit | None,
    commune: AdministrativeUnit | None,
    other_than: Institution | None = None,
) -> None:
    """Raise SameName for an institution not closed, of that kind, in the same commune (or without
    one, the same district) whose name is the same but for marks, case and spaces."""
    near = Placement.objects.filter(
        territory=territory, district=district, commune=commune, institution__kind=kind
    ).filter(valid_to=None, institution__closed_on=None)
    if other_than is not None:
        near = near.exclude(institution=other_than)
    folded = names.slug(name)
    for code, known in near.values_list("institution__code", "institution__name"):
        if names.slug(known) == folded:
            raise SameName(
                {
                    "confirmed": _(
                        "%(name)s (%(code)s) has the same name, kind and place. Confirm that this"
                        " is another institution."
                    )
                    % {"name": known, "code": code}
                }
            )
