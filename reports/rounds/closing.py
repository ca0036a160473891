"""Closing a round: from then on its roster and its figures stand as they are."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import ngettext

from institutions.models import User
from reports.models import Report, ReportingRound
from reports.rounds.opening import RoundError, update_roster


@transaction.atomic
def close_round(round: ReportingRound, user: User | None) -> ReportingRound:  # noqa: A002
    """Fix the roster as it stands today and close the round.

    Reports that were never submitted stay what they are: not reported. Raises RoundError if the
    round is closed already, or if a submitted report still waits for the Department: closing
    would leave its figures out without anybody having decided so.
    """
    # Read again under the lock: of two people who close at once, the second is told.
    current = ReportingRound.objects.select_for_update().get(pk=round.pk)
    # Every writer holds its report: those under way end first, later ones see the round closed.
    list(current.reports.select_for_update().order_by("pk").values_list("pk"))
    update_roster(current)
    waiting = current.reports.filter(status=Report.Status.SUBMITTED).count()
    if waiting:
        raise RoundError(
            ngettext(
                "%(count)d report waits for approval: approve or return it first.",
                "%(count)d reports wait for approval: approve or return them first.",
                waiting,
            )
            % {"count": waiting}
        )
    current.closed_at = timezone.now()
    current.closed_by = user
    current._history_user = user
    current.save(update_fields=["closed_at", "closed_by"])
    return current
