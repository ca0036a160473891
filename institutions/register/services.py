"""The changes of the register: each has a day and a reason, which stay in the rows' history."""

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from institutions import names
from institutions.models import (
    BEFORE_OUR_RECORDS,
    REASON_LENGTH,
    AdministrativeUnit,
    Continuation,
    Institution,
    Kind,
    Placement,
    ReportingUnit,
    Tier,
    User,
    is_valid_on,
)
from institutions.services import place, save_with_reason

# How far ahead a decision may lie: what is decided for next year can be entered now.
MOST_DAYS_AHEAD = 366
# What stands in an address in the place of a code.
RESERVED_CODES = frozenset({"new", "proposals", "import"})
_ABBREVIATIONS = {Kind.LIBRARY: "TV", Kind.MUSEUM: "BT", Kind.CULTURE_CENTRE: "VH"}
IN_A_COMMUNE = frozenset({Tier.COMMUNE, Tier.VILLAGE})


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
    errors = faults_of_name(name) | (_faults_of_code(code) if code else {})
    if opened_on and (fault := check_day(opened_on, after=None, today=timezone.localdate())):
        errors["opened_on"] = fault
    errors |= faults_of_place(
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
    save_with_reason(institution, by, reason)
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


def code_stem(
    territory: AdministrativeUnit,
    kind: Kind | str,
    district: AdministrativeUnit | None,
    commune: AdministrativeUnit | None,
) -> str:
    """What comes before the number of a code: "98-TV-98102"."""
    where = commune or district
    return "-".join([territory.code, _ABBREVIATIONS[Kind(kind)], *([where.code] if where else [])])


def proposed_code(
    territory: AdministrativeUnit,
    kind: Kind | str,
    district: AdministrativeUnit | None,
    commune: AdministrativeUnit | None,
) -> str:
    """The next free code: province, kind, smallest unit, number ("98-TV-98102-01")."""
    stem = code_stem(territory, kind, district, commune)
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
    current, last = locked(institution)
    name = " ".join(name.split())
    if name == current.name:
        raise RegisterError({"name": _("That is its name already.")})
    errors = faults_of_name(name)
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
    save_with_reason(current, by, f"{written_day(day)}: {reason}"[:REASON_LENGTH])


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
    current, last = locked(institution)
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
    errors = faults_of_place(
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
    current, last = locked(institution)
    _close(current, last, day, by, reason)


@transaction.atomic
def reopen_institution(
    institution: Institution, *, reason: str, by: User | None = None
) -> list[Institution]:
    """Take a mistaken closure back, and with it what the institution was merged into that day.

    Returns those it no longer goes on in. Raises RegisterError if it is not closed.
    """
    current, _last = locked(institution)
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
    save_with_reason(current, by, reason)
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
    into, _last = locked(successor)
    for each in predecessors:
        current, last = locked(each)
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
        save_with_reason(
            Continuation(predecessor=current, successor=into, date=day, kind=kind), by, reason
        )


@dataclass(frozen=True, slots=True)
class Part:
    """A new institution into which another one is split, of its kind and in its territory."""

    name: str
    tier: Tier | str
    reporting_unit: ReportingUnit
    district: AdministrativeUnit | None = None
    commune: AdministrativeUnit | None = None
    code: str = ""


@transaction.atomic
def split_institution(
    institution: Institution,
    *,
    parts: Sequence[Part],
    day: datetime.date,
    reason: str,
    goes_on: bool,
    by: User | None = None,
    confirmed: bool = False,
) -> list[Institution]:
    """From `day` on the institution goes on in new ones, wholly or not at all. Growth counts it
    and its parts as one (design 5.4).

    `goes_on`: it stays open as one of the parts; otherwise it is closed. Returns the new ones.
    Raises SameName, or RegisterError by field; what is wrong with a part has its number behind
    the field: `name_2`.
    """
    # The same order as for a new institution: the territory first, whose codes are given out.
    territory = institution.placements.order_by("valid_from").values("territory").last()
    list(AdministrativeUnit.objects.select_for_update().filter(pk__in=(territory or {}).values()))
    current, last = locked(institution)
    _refuse_closed(current)
    if len(parts) + goes_on < 2:
        raise RegisterError(_("A split has at least two parts."))
    if goes_on:
        _check_day_of_change(current, last, day)
    else:
        _close(current, last, day, by, reason)
    made = []
    for number, part in enumerate(parts, 1):
        try:
            new = add_institution(
                territory=last.territory,
                name=part.name,
                kind=current.kind,
                tier=part.tier,
                reporting_unit=part.reporting_unit,
                district=part.district,
                commune=part.commune,
                opened_on=day,
                code=part.code,
                reason=reason,
                by=by,
                confirmed=confirmed,
            )
        except SameName:
            raise
        except RegisterError as refused:
            raise RegisterError(_of_part(number, refused)) from refused
        step = Continuation(
            predecessor=current, successor=new, date=day, kind=Continuation.Kind.SPLIT
        )
        save_with_reason(step, by, reason)
        made.append(new)
    return made


def _of_part(number: int, refused: RegisterError) -> dict[str, list[str]]:
    """The faults of one part; its day is the day of them all."""
    # The form asks for no district: the commune brings it.
    at = {"opened_on": "day", "district": f"commune_{number}"}
    found: dict[str, list[str]] = {}
    for field, faults in refused.message_dict.items():
        found.setdefault(at.get(field, f"{field}_{number}"), []).extend(faults)
    return found


def _check_day_of_change(institution: Institution, last: Placement, day: datetime.date) -> None:
    began = max(last.valid_from, institution.opened_on or last.valid_from)
    if fault := check_day(day, after=began, today=timezone.localdate()):
        raise RegisterError({"day": fault})


def _close(
    institution: Institution, last: Placement, day: datetime.date, by: User | None, reason: str
) -> None:
    _refuse_closed(institution)
    _check_day_of_change(institution, last, day)
    institution.closed_on = day
    save_with_reason(institution, by, reason)


def _refuse_closed(institution: Institution) -> None:
    if institution.closed_on is not None:
        raise RegisterError(
            _("The institution is closed from %(day)s on. Reopen it first if that was a mistake.")
            % {"day": written_day(institution.closed_on)}
        )


def locked(institution: Institution) -> tuple[Institution, Placement]:
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


def faults_of_name(name: str) -> dict[str, str]:
    """A name has to fit its column, and its key, which is longer, the one beside it."""
    for column, text in (("name", name), ("sort_key", names.sort_key(name))):
        if len(text) > Institution._meta.get_field(column).max_length:
            return {"name": _("The name is too long.")}
    return {}


def is_code(code: str) -> bool:
    """Whether a code can stand in an address and in its column."""
    fits = len(code) <= Institution._meta.get_field("code").max_length
    return fits and code not in RESERVED_CODES and bool(re.fullmatch(r"\w[\w.-]*", code))


def _faults_of_code(code: str) -> dict[str, str]:
    if not is_code(code):
        return {"code": _("A code has letters, digits, hyphens and dots only.")}
    if Institution.objects.filter(code__iexact=code).exists():
        return {"code": _("Another institution has this code. Leave it empty to be given one.")}
    return {}


def faults_of_place(
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
    if tier in IN_A_COMMUNE and commune is None:
        errors["commune"] = _("An institution of this tier stands in a commune: choose it.")
    if tier == Tier.DISTRICT and district is None:
        errors["district"] = _("An institution of this tier stands in a district: choose it.")
    if day is None:
        return errors
    if not is_valid_on(territory, day):
        errors[day_field] = _("%(unit)s did not exist on %(day)s.") % {
            "unit": territory,
            "day": written_day(day),
        }
        return errors
    units = {"district": district, "commune": commune, "reporting_unit": reporting_unit}
    for field, unit in units.items():
        if unit is not None and not is_valid_on(unit, day):
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
