"""The reporting year: rounds, their roster, reports, values and every change of a value.

Read it as a stranger's map (design section 3): a ReportingRound is one year of one territory. Its
RoundLines are the roster, the denominator of every figure. Each reporting unit owes one Report in
it. An IndicatorValue is one line × indicator, with the approved state kept beside the working
one. Changes are append-only: history, undo, errata and "as closed" are read from them.
"""

from reports.models.imports import ImportBatch
from reports.models.reports import (
    Attachment,
    BulkApproval,
    CheckNote,
    Receipt,
    Reminder,
    Report,
)
from reports.models.rounds import ReportingRound, RoundLine
from reports.models.values import (
    Change,
    IndicatorValue,
    Inspection,
    NotApplicableReason,
    State,
)

__all__ = [
    "Attachment",
    "BulkApproval",
    "Change",
    "CheckNote",
    "ImportBatch",
    "IndicatorValue",
    "Inspection",
    "NotApplicableReason",
    "Receipt",
    "Reminder",
    "Report",
    "ReportingRound",
    "RoundLine",
    "State",
]
