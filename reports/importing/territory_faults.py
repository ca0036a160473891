"""What is wrong in a file of many units: kept as codes by the worker, said on the page."""

from dataclasses import astuple, dataclass

from django.utils.translation import gettext as _

from reports.importing.reasons import Reason, Why
from reports.importing.wording import say
from reports.rounds.entry import Closed

NO_YEAR, NO_ROUND, NOT_ASKED, NO_YEAR_COLUMN = "no_year", "no_round", "not_asked", "no_year_column"


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason against one cell; against a column or the whole file where `line` is None.

    `why` is one of matching's Why, one of entry's Closed, or one of those above.
    """

    line: int | None
    column: str
    value: str
    why: str
    hint: str = ""
    proposal: str = ""

    @classmethod
    def of(cls, line: int | None, column: str, value: str, reason: Reason) -> "Fault":
        return cls(line, column, value[:200], reason.why.value, reason.hint, reason.proposal)

    @property
    def kept(self) -> list:
        """As JSON keeps it; `Fault(*kept)` gives it back."""
        return list(astuple(self))

    @property
    def message(self) -> str:
        """The reason in the language of the reader, with what to do."""
        if self.why in set(Why):
            return say(Reason(Why(self.why), self.hint, self.proposal))
        if self.why in set(Closed):
            return str(Closed(self.why).label)
        year = {"year": self.hint}
        return {
            NO_YEAR: _("The year is missing or is none. Write it as 2025."),
            NO_ROUND: _(
                "The territory has no reporting round of %(year)s. Open it first, or delete the"
                " row."
            )
            % year,
            NOT_ASKED: _("This is not asked in %(year)s. Leave the cell blank.") % year,
            NO_YEAR_COLUMN: _("The column of the year is missing. Add one with the heading “Năm”."),
        }[self.why]
