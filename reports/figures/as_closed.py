"""Which figures count, and how a closed year stood when it was closed: the rule, in one place.

A closed year is shown as it was closed: every value that it reads, of its own round and of the
years before, stands as at `closed_at`. What was corrected since is an erratum, and the first one
after that moment holds in `before_*` what stood until then; everything else never changed. The
same rule is written three times below, as SQL for the one query, as a QuerySet for lists and in
Python for single values.

After a target's year the verdict is the one with which that year closed (design 5.3): it goes by
the moment of that year's round, not of the year looked at.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from django.db.models import QuerySet

from reports.models import Change, ReportingRound


class Basis(StrEnum):
    """What a reader chose. Provisional figures exist only while the year's round is open."""

    APPROVED = "approved"  # as closed, once the round is closed
    NOW = "now"
    PROVISIONAL = "provisional"


def offered(basis: str, round_: ReportingRound | None) -> Basis:
    """The basis that an address asks for, as far as the year has it."""
    if round_ is not None and round_.is_closed:
        return Basis.NOW if basis == Basis.NOW else Basis.APPROVED
    return Basis.PROVISIONAL if basis == Basis.PROVISIONAL else Basis.APPROVED


class Erratum(NamedTuple):
    """A correction of a value of a closed round: when, which value, of which year."""

    at: datetime.datetime
    value_id: int
    year: int


@dataclass(frozen=True, slots=True)
class Errata:
    """The corrections of a territory's closed rounds, the earliest first."""

    found: tuple[Erratum, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.found)

    def since(self, moment: datetime.datetime | None) -> tuple[Erratum, ...]:
        if moment is None:
            return ()
        return tuple(each for each in self.found if each.at > moment)

    def values_since(self, moment: datetime.datetime | None) -> int:
        """How many values were corrected after a moment."""
        return len({each.value_id for each in self.since(moment)})

    def effective(self, moment: datetime.datetime | None) -> datetime.datetime | None:
        """The moment by which to read, None where nothing was corrected since: as it stands now.

        Two moments with the same corrections after them are one, so that it is read once.
        """
        later = self.since(moment)
        return later[0].at - datetime.timedelta(microseconds=1) if later else None


# As SQL, to be joined on a value `v`: nothing where it was not corrected since. The literal action
# is that of the partial index `errata`. What the unit had entered by then is its last own change,
# since nothing is entered after a closing.
CORRECTED_SINCE = """
        LEFT JOIN (
            SELECT x.value_id, x.before_state AS state, x.before_count AS number,
                COALESCE((
                    SELECT w.after_state FROM reports_change w
                    WHERE w.value_id = x.value_id
                        AND w.action IN ('entered', 'imported', 'corrected', 'undone')
                    ORDER BY w.id DESC LIMIT 1), 'blank') AS working
            FROM reports_change x
            WHERE x.action = 'erratum' AND x.at > %s AND NOT EXISTS (
                SELECT 1 FROM reports_change y
                WHERE y.action = 'erratum' AND y.value_id = x.value_id
                    AND y.at > %s AND y.id < x.id)
        ) e ON e.value_id = v.id"""


def corrected_since(moment: datetime.datetime, **value) -> QuerySet[Change]:
    """Errata after `moment` of the values named by lookups, the first one first."""
    return Change.objects.filter(
        action=Change.Action.ERRATUM,
        at__gt=moment,
        **{f"value__{name}": wanted for name, wanted in value.items()},
    ).order_by("pk")


def first_of_each_value(errata: Iterable[Change]) -> dict[int, Change]:
    """Value id → its first erratum, which holds what stood when the round was closed."""
    found: dict[int, Change] = {}
    for change in sorted(errata, key=lambda change: change.pk):
        found.setdefault(change.value_id, change)
    return found
