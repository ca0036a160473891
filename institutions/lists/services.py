"""A list of institutions on its way: the file -> rows -> plan, and the plan entered at once."""

import datetime
import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from institutions import names
from institutions.lists.columns import Column, cleaned, column_of, known_headings
from institutions.lists.diff import (
    Entry,
    Known,
    ListPlan,
    Outcome,
    Register,
    Sent,
    diff,
    faults_on,
)
from institutions.models import (
    BEFORE_OUR_RECORDS,
    REASON_LENGTH,
    AdministrativeUnit,
    Institution,
    Kind,
    ListImport,
    Placement,
    Tier,
    User,
)
from institutions.register.services import written_day
from institutions.services import overlapping
from institutions.sheets import Book, Limits, PassedOver, read_book

MOST_ROWS = 20_000
_BATCH = 500
# Words that lists use for kinds and tiers, besides those of the screen.
_OTHER_WORDS = {
    Kind.CULTURE_CENTRE: ("Nhà văn hoá", "Trung tâm văn hoá", "Thiết chế văn hoá"),
    Tier.PROVINCE: ("Tỉnh",),
    Tier.DISTRICT: ("Huyện",),
    Tier.COMMUNE: ("Xã",),
    Tier.VILLAGE: ("Thôn",),
}


class ListRefused(ValidationError):
    """The list cannot be shown or entered; says why."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A file and what it would change. `passed_over`: rows of the file that are no institution;
    `unknown`: headings that are not read."""

    plan: ListPlan
    book: Book
    unknown: tuple[str, ...]

    @property
    def passed_over(self) -> tuple[PassedOver, ...]:
        return self.book.passed_over


def keep(file: UploadedFile, *, territory: AdministrativeUnit, by: User) -> ListImport:
    """Keep a file for its preview; an earlier one that its sender never entered goes.

    Raises UnreadableFile, and ListRefused for a table without the columns of a list."""
    content = file.read(settings.MAX_IMPORT_BYTES + 1)
    rows_of(_book(content, file.name))
    for earlier in ListImport.objects.filter(territory=territory, sent_by=by, applied_at=None):
        # Asked once more as it is deleted: it may be entered at this moment.
        gone, _by_model = ListImport.objects.filter(pk=earlier.pk, applied_at=None).delete()
        if gone:
            earlier.file.delete(save=False)
    file.seek(0)
    kept = ListImport(territory=territory, name=file.name[-255:], sent_by=by)
    kept.file.save(hashlib.sha256(content).hexdigest()[:16], file, save=False)
    kept.save()
    return kept


def preview(kept: ListImport) -> Preview:
    """What the list would change as things stand. Writes nothing."""
    book = _kept_book(kept)
    rows, unknown = rows_of(book)
    current = register_of(kept.territory, _codes(rows))
    return Preview(diff(rows, current, today=timezone.localdate()), book, unknown)


def _kept_book(kept: ListImport) -> Book:
    with kept.file.open("rb") as file:
        return _book(file.read(), kept.name)


def _book(content: bytes, name: str) -> Book:
    limits = Limits(max_bytes=settings.MAX_IMPORT_BYTES, max_rows=MOST_ROWS)
    return read_book(content, name, limits=limits, is_heading=known_headings)


def rows_of(book: Book) -> tuple[list[Sent], tuple[str, ...]]:
    """The rows by column, and the headings that are not read. Raises ListRefused."""
    places: dict[Column, int] = {}
    unknown = []
    for place, heading in enumerate(book.headings):
        if (column := column_of(heading)) is None:
            unknown.append(heading)
        elif column in places:
            raise ListRefused(
                _("Two columns say the same: “%(one)s” and “%(other)s”. Delete one of them.")
                % {"one": book.headings[places[column]], "other": heading}
            )
        else:
            places[column] = place
    if Column.NAME not in places or len(places) < 2:
        raise ListRefused(
            _("No line has the headings of a list of institutions. Start from the template.")
        )
    rows = [
        Sent(row.line, {column: row.values[place] for column, place in places.items()})
        for row in book.rows
    ]
    return rows, tuple(filter(str.strip, unknown))


def _codes(rows: Iterable[Sent]) -> set[str]:
    return {cleaned(row.cells[Column.CODE]) for row in rows if row.cells.get(Column.CODE)}


def register_of(territory: AdministrativeUnit, codes: Collection[str] = ()) -> Register:
    """The institutions of a territory and all that a list may name. Eight queries.

    `codes` are those of the file: it is looked up which of them stand elsewhere.
    """
    placements = (
        Placement.objects.filter(territory=territory)
        .select_related("institution", "territory", "district", "commune", "reporting_unit")
        .order_by("institution", "valid_from")
    )
    later = Placement.objects.filter(
        institution=OuterRef("institution"), valid_from__gt=OuterRef("valid_from")
    ).exclude(territory=territory)
    known: dict[str, Known] = {}
    for placement in placements.annotate(left=Exists(later)):
        code = placement.institution.code.lower()
        first = known[code].first if code in known else placement
        known[code] = Known(placement.institution, first, placement, left=placement.left)
    folded = {code.lower() for code in codes}
    taken = Institution.objects.annotate(folded=Lower("code")).filter(
        Q(code__startswith=f"{territory.code}-") | Q(folded__in=folded) | Q(code__in=codes)
    )
    taken = {code.lower() for code in taken.values_list("code", flat=True)}
    communes = AdministrativeUnit.objects.filter(level=AdministrativeUnit.Level.COMMUNE)
    return Register(
        territory=territory,
        known=known,
        foreign=taken - set(known),
        taken=taken,
        districts=list(territory.children.filter(level=AdministrativeUnit.Level.DISTRICT)),
        communes=list(communes.filter(Q(parent=territory) | Q(parent__parent=territory))),
        reporting_units=list(territory.reporting_units.all()),
        kinds=_words(Kind),
        tiers=_words(Tier),
    )


def _words(choices) -> dict[str, str]:
    """Values by every word for them, in both languages."""
    found = {names.slug(value): value for value in choices.values}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found |= {names.slug(str(label)): value for value, label in choices.choices}
    for value, words in _OTHER_WORDS.items():
        if value in choices.values:
            found |= {names.slug(word): value.value for word in words}
    return found


@transaction.atomic
def apply(
    kept: ListImport,
    *,
    fingerprint: str,
    confirmed: Collection[int],
    day: datetime.date | None,
    reason: str,
    only_valid: bool,
    by: User,
) -> ListPlan:
    """Enter what the preview with that fingerprint showed, wholly or not at all.

    `confirmed`: lines of doubtful rows that are other institutions; the other doubtful rows are
    left out. `only_valid`: so are the invalid ones, which otherwise hold up all. `day`: of every
    renaming and move. Raises ListRefused, also where the register has changed meanwhile.
    """
    # Who adds here, or enters another list, comes after; so do changes of these institutions.
    AdministrativeUnit.objects.select_for_update().get(pk=kept.territory_id)
    here = Placement.objects.filter(institution=OuterRef("pk"), territory=kept.territory_id)
    institutions = Institution.objects.filter(Exists(here)).order_by("pk")
    list(institutions.select_for_update().values_list("pk"))
    kept = ListImport.objects.select_for_update(of=("self",)).get(pk=kept.pk)
    if kept.applied_at is not None:
        raise ListRefused(_("This list was entered already."))
    rows, _unknown = rows_of(_kept_book(kept))
    current, today = register_of(kept.territory, _codes(rows)), timezone.localdate()
    if diff(rows, current, today=today).fingerprint != fingerprint:
        raise ListRefused(_("The register has changed since the list was shown. Look at it again."))
    plan = diff(rows, current, today=today, confirmed=confirmed)
    _refuse_faults(plan, day, only_valid)
    try:
        with transaction.atomic():
            _write(plan, kept.territory, day, reason, by)
    except IntegrityError as error:
        # A code that somebody gave in another territory at this moment.
        raise ListRefused(
            _("The register has changed since the list was shown. Look at it again.")
        ) from error
    kept.applied_at, kept.reason, kept.tally = timezone.now(), reason, plan.tally
    kept.save()
    return plan


def _refuse_faults(plan: ListPlan, day: datetime.date | None, only_valid: bool) -> None:
    if plan.of(Outcome.INVALID) and not only_valid:
        raise ListRefused(
            {"only_valid": _("Some rows cannot be entered. Correct the file or leave them out.")}
        )
    if not plan.of(Outcome.NEW, Outcome.CHANGED):
        raise ListRefused(_("There is nothing to enter."))
    if not any(entry.takes_a_day for entry in plan.of(Outcome.CHANGED)):
        return
    if day is None:
        raise ListRefused({"day": _("Renaming and moving needs a day.")})
    if faults := faults_on(plan, day, today=timezone.localdate()):
        shown = [
            _("Line %(line)s, %(name)s: %(fault)s")
            % {"line": entry.line, "name": entry.name, "fault": fault}
            for entry, fault in faults[:5]
        ]
        if len(faults) > len(shown):
            shown.append(_("… and %(n)s more lines") % {"n": len(faults) - len(shown)})
        raise ListRefused({"day": shown})


def _write(
    plan: ListPlan,
    territory: AdministrativeUnit,
    day: datetime.date | None,
    reason: str,
    by: User,
) -> None:
    told = {"default_user": by, "default_change_reason": reason, "batch_size": _BATCH}
    added = list(plan.of(Outcome.NEW))
    made = bulk_create_with_history([_new(entry) for entry in added], Institution, **told)
    start = max(BEFORE_OUR_RECORDS, territory.valid_from)
    placements = [
        _placement(institution, entry, territory, entry.wanted.opened_on or start)
        for institution, entry in zip(made, added, strict=True)
    ]
    changed = plan.of(Outcome.CHANGED)
    if own := [entry for entry in changed if _OWN & set(entry.changed)]:
        bulk_update_with_history(
            [_updated(entry, day, reason) for entry in own],
            Institution,
            ["name", "sort_key", "opened_on", "closed_on"],
            **told,
        )
    if begun := [row for entry in changed if (row := _begun(entry))]:
        for row in begun:
            if overlapping(row).exists():
                raise ListRefused(
                    _("%(name)s stood elsewhere before: its day of opening cannot be changed here.")
                    % {"name": row.institution}
                )
        bulk_update_with_history(begun, Placement, ["valid_from"], **told)
    if moved := [entry for entry in changed if entry.moves]:
        former = [entry.known.last for entry in moved if entry.known.last.valid_to is None]
        for placement in former:
            placement.valid_to = day
        bulk_update_with_history(former, Placement, ["valid_to"], **told)
        placements += [
            _placement(entry.known.institution, entry, territory, day) for entry in moved
        ]
    bulk_create_with_history(placements, Placement, **told)


_OWN = frozenset({Column.NAME, Column.OPENED_ON, Column.CLOSED_ON})


def _new(entry: Entry) -> Institution:
    wanted = entry.wanted
    return Institution(
        code=entry.code,
        name=wanted.name,
        sort_key=names.sort_key(wanted.name),
        kind=wanted.kind,
        opened_on=wanted.opened_on,
        closed_on=wanted.closed_on,
    )


def _placement(
    institution: Institution, entry: Entry, territory: AdministrativeUnit, start: datetime.date
) -> Placement:
    place = entry.wanted.place
    return Placement(
        institution=institution,
        territory=territory,
        district=place.district,
        commune=place.commune,
        tier=place.tier,
        reporting_unit=place.reporting_unit,
        valid_from=start,
    )


def _updated(entry: Entry, day: datetime.date | None, reason: str) -> Institution:
    institution, wanted = entry.known.institution, entry.wanted
    if Column.NAME in entry.changed:
        institution.name, institution.sort_key = wanted.name, names.sort_key(wanted.name)
        # Names have no days of their own: the history keeps it with the reason.
        institution._change_reason = f"{written_day(day)}: {reason}"[:REASON_LENGTH]
    institution.opened_on, institution.closed_on = wanted.opened_on, wanted.closed_on
    return institution


def _begun(entry: Entry) -> Placement | None:
    """The first placement, where it has to begin earlier for a corrected day of opening."""
    if Column.OPENED_ON not in entry.changed:
        return None
    first, opened_on = entry.known.first, entry.wanted.opened_on
    if first.valid_from <= opened_on:
        return None
    first.valid_from = opened_on
    return first
