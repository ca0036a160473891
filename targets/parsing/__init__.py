"""Plans read into targets: text -> items and sentences -> years, figures, groups -> ParsedPlan.

PURE: imports nothing of Django. It reads language and knows no province and no plan.
"""

from .assemble import parse_plan
from .model import (
    Basis,
    Counts,
    Kind,
    ParsedPlan,
    ParsedTarget,
    ReviewReason,
    Unit,
    Unread,
    UnreadReason,
)

__all__ = [
    "Basis",
    "Counts",
    "Kind",
    "ParsedPlan",
    "ParsedTarget",
    "ReviewReason",
    "Unit",
    "Unread",
    "UnreadReason",
    "parse_plan",
]
