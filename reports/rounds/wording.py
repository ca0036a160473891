"""Cells and states of a report in words, for pages and messages."""

from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reports.models import NotApplicableReason, Report, State
from reports.rounds.checks import Cell


@dataclass(frozen=True, slots=True)
class Status:
    """A state as a page shows it: word and icon; the code repeats it as a colour."""

    code: str
    icon: str
    word: str


def whole(number: int) -> str:
    """A count with its thousands grouped, whatever the setting says of years."""
    return number_format(number, use_l10n=True, force_grouping=True)


def cell_text(cell: Cell) -> str:
    """What a cell says. Not reported, zero and not applicable never read alike."""
    if cell.state == State.COUNT:
        return whole(cell.count)
    if cell.state == State.NOT_APPLICABLE:
        reason = NotApplicableReason(cell.na_reason).label
        return _("Not applicable: %(reason)s") % {"reason": reason}
    return {
        State.YES: pgettext("answer", "Yes"),
        State.NO: pgettext("answer", "No"),
        State.BLANK: _("not reported"),
    }[cell.state]


def cell_code(cell: Cell) -> str:
    """The class of a cell: its state, as CSS knows it."""
    return cell.state.replace("_", "-")


def report_status(report: Report) -> Status:
    """Where a report stands. A draft that nobody began is named as such."""
    if report.status == Report.Status.DRAFT and report.started_at is None:
        return Status("undetermined", "i-undetermined", _("Not begun"))
    return {
        Report.Status.DRAFT: Status("later", "i-later", _("Being entered")),
        Report.Status.SUBMITTED: Status("waiting", "i-later", _("Awaiting approval")),
        Report.Status.RETURNED: Status("not-met", "i-not-met", _("Returned")),
        Report.Status.APPROVED: Status("met", "i-met", _("Approved")),
    }[report.status]
