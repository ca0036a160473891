"""Taking an import back, as a whole or not at all.

Possible while nothing later has touched a cell that it wrote and every report that it wrote into is
still open. Each of its cells has its answer and note again; approvals, evidence and explanations
were never the import's. The history keeps both: what the file wrote and that it was taken back.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, models, transaction
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from institutions.models import User
from reports.importing.apply import REPLACED_NOTES, require_open
from reports.models import Change, ImportBatch, IndicatorValue, Report, ReportingRound
from reports.rounds.entry import AMOUNTS, TEXTS, Closed, EntryRefused

# What changes the working answer of a cell for good: an approval leaves it as it is, and a later
# import that was taken back left nothing behind.
_TOUCHING = Q(
    action__in=(Change.Action.ENTERED, Change.Action.CORRECTED, Change.Action.ERRATUM)
) | Q(action=Change.Action.IMPORTED, import_batch__status=ImportBatch.Status.APPLIED)


class Why(models.TextChoices):
    """Why an import stays as it is."""

    NOT_WRITTEN = "not_written", _("The file was not written, or was taken back already.")
    TOUCHED = "touched", _("Figures of this import were changed later. Nothing was taken back.")
    CLOSED = "closed", _("A report that the file was written into is no longer open.")


class UndoRefused(Exception):
    """Nothing was taken back."""

    def __init__(self, why: Why):
        super().__init__(str(why.label))
        self.why = why


@dataclass(frozen=True, slots=True)
class Outlook:
    """What taking an import back would do.

    `touched` are the later changes of its cells, which hold it back; `closed` its reports that are
    no longer open, each with the reason.
    """

    cells: int
    institutions: int
    touched: models.QuerySet[Change]
    touched_count: int
    closed: list[tuple[Report, Closed]]

    @property
    def refusal(self) -> Why | None:
        if self.closed:
            return Why.CLOSED
        return Why.TOUCHED if self.touched_count else None


def written(batch: ImportBatch) -> models.QuerySet[Change]:
    """What the file changed: one change for each of its cells."""
    return batch.changes.filter(action=Change.Action.IMPORTED)


def touched(batch: ImportBatch) -> models.QuerySet[Change]:
    """Later changes of cells that the file wrote."""
    return Change.objects.filter(
        _TOUCHING,
        value__changes__import_batch=batch,
        value__changes__action=Change.Action.IMPORTED,
        pk__gt=F("value__changes__pk"),
    )


def reports_of(batch: ImportBatch) -> models.QuerySet[Report]:
    """The reports whose units answer for the cells of the import now. One query more at once."""
    places = set(
        written(batch).values_list("value__line__round", "value__line__reporting_unit").distinct()
    )
    candidates = Report.objects.filter(round__territory=batch.territory_id)
    found = [
        pk
        for pk, *place in candidates.values_list("pk", "round", "reporting_unit")
        if tuple(place) in places
    ]
    return Report.objects.filter(pk__in=found).order_by("pk")


def outlook(batch: ImportBatch, user: User | None) -> Outlook:
    """What taking the import back would do now. A fixed number of queries for one report."""
    reports = reports_of(batch).select_related("round__territory", "reporting_unit")
    later = touched(batch)
    counts = written(batch).aggregate(
        cells=Count("pk"), institutions=Count("value__line__institution", distinct=True)
    )
    return Outlook(
        **counts,
        touched=later,
        touched_count=later.aggregate(n=Count("value", distinct=True))["n"],
        closed=_closed(batch, reports, user),
    )


def _closed(
    batch: ImportBatch, reports: Iterable[Report], user: User | None
) -> list[tuple[Report, Closed]]:
    closed = []
    for report in reports:
        try:
            _require_cells_open(batch, report, user)
        except EntryRefused as refused:
            closed.append((report, refused.why))
    return closed


def _require_cells_open(batch: ImportBatch, report: Report, user: User | None) -> None:
    """Refuse where the unit may not change the cells: what the import may not write stays."""
    limited = require_open(report, user)
    if not limited or report.status != Report.Status.RETURNED:
        return
    cells = IndicatorValue.objects.filter(
        line__round=report.round_id, line__reporting_unit=report.reporting_unit_id
    )
    own = Exists(written(batch).filter(value=OuterRef("pk")))
    if cells.filter(is_returned=True).exists() and cells.filter(own, is_returned=False).exists():
        raise EntryRefused(Closed.NOT_RETURNED)


@transaction.atomic
def undo(batch: ImportBatch, user: User | None) -> int:
    """Take the import back; the number of cells. Raises UndoRefused, and has then done nothing.

    The reports are locked first and in order of their keys, as every writer of values does.
    """
    reports = list(
        Report.objects.select_for_update(of=("self",))
        .filter(pk__in=reports_of(batch))
        .select_related("reporting_unit")
        .order_by("pk")
    )
    # Read once the locks are held: whoever waited for the closing of a round is to know of it.
    rounds = ReportingRound.objects.select_related("territory").in_bulk(
        {report.round_id for report in reports}
    )
    for report in reports:
        report.round = rounds[report.round_id]
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.status != ImportBatch.Status.APPLIED:
        raise UndoRefused(Why.NOT_WRITTEN)
    if _closed(batch, reports, user):
        raise UndoRefused(Why.CLOSED)
    if touched(batch).exists():
        raise UndoRefused(Why.TOUCHED)
    cells = _put_back(batch, user)
    for report in reports:
        _mark_not_started(report, batch)
    batch.status = ImportBatch.Status.UNDONE
    batch.undone_at, batch.undone_by = timezone.now(), user
    batch.save(update_fields=["status", "undone_at", "undone_by"])
    return cells


def _put_back(batch: ImportBatch, user: User | None) -> int:
    """Each cell as it was before the file, and a change that says so; the number of cells.

    Of 300,000 cells none comes here: on SQLite nobody else writes meanwhile.
    """
    quote = connection.ops.quote_name
    changes, values = (quote(m._meta.db_table) for m in (Change, IndicatorValue))
    # A note that the file wrote stands in its change; one that it replaced stands in the batch.
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE {values} SET
                state = c.before_state,
                count = c.before_count,
                na_reason = c.before_na_reason,
                note = CASE WHEN c.reason = '' THEN {values}.note ELSE '' END,
                version = {values}.version + 1
            FROM {changes} c
            WHERE c.value_id = {values}.id AND c.import_batch_id = %s AND c.action = 'imported'
            """,
            [batch.pk],
        )
        cells = cursor.rowcount
        cursor.execute(
            f"""
            INSERT INTO {changes} (
                value_id, at, by_id, action, import_batch_id,
                before_state, before_count, before_na_reason,
                after_state, after_count, after_na_reason, reason
            )
            SELECT value_id, %s, %s, 'undone', import_batch_id,
                after_state, after_count, after_na_reason,
                before_state, before_count, before_na_reason, ''
            FROM {changes} c
            WHERE c.import_batch_id = %s AND c.action = 'imported'
            ORDER BY c.id
            """,
            [
                connection.ops.adapt_datetimefield_value(timezone.now()),
                user.pk if user else None,
                batch.pk,
            ],
        )
    replaced = (batch.found or {}).get(REPLACED_NOTES, {})
    IndicatorValue.objects.bulk_update(
        [IndicatorValue(pk=int(pk), note=note) for pk, note in replaced.items()],
        ["note"],
        batch_size=500,
    )
    return cells


def _mark_not_started(report: Report, batch: ImportBatch) -> None:
    """A report that the file alone had begun is not begun."""
    if report.started_at is None or report.started_at != batch.applied_at:
        return
    if any(getattr(report, name) not in ("", None) for name in (*TEXTS, *AMOUNTS)):
        return
    others = Change.objects.filter(
        ~Q(import_batch=batch) | Q(import_batch=None),
        value__line__round=report.round_id,
        value__line__reporting_unit=report.reporting_unit_id,
    )
    if not others.exists():
        report.started_at = None
        report.save(update_fields=["started_at"])
