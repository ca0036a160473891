"""What the pages of a plan on its way show."""

import itertools
from dataclasses import dataclass

from django.forms import BoundField
from django.urls import reverse

from institutions import scope
from institutions.models import AdministrativeUnit
from targets.intake import reading
from targets.intake.forms import HeadForm
from targets.intake.head import Place, places
from targets.models import PlanDocument, PlanVersion, Target
from targets.parsing import Counts, ParsedPlan

SETTINGS = ("baseline_year", "growth_method", "growth_min_panel", "commune_scope")


@dataclass(frozen=True, slots=True)
class Row:
    """A field and the words of the text that it was read from."""

    field: BoundField
    place: Place | None = None
    page_url: str | None = None

    @property
    def says_more(self) -> bool:
        """A title is the very words; to show them twice helps nobody."""
        return self.field.name != "title" or self.place.unsure

    @property
    def is_empty(self) -> bool:
        """Nothing was read: a person has to look it up in the document."""
        return not self.field.initial


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text: plain, a page's beginning, or words that a field was read from."""

    text: str
    page: int | None = None  # begins here
    field: str = ""  # whose words these are; a second piece of the same words has no address
    marked: bool = False
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was read of a document, before a person has looked at it."""

    plan: ParsedPlan
    places: dict[str, Place]

    @property
    def counts_communes(self) -> bool:
        return any(target.counts == Counts.COMMUNE for target in self.plan.targets)

    @property
    def count(self) -> int:
        """How many targets will be proposed: one said twice is one."""
        return len({(t.indicator, t.tiers, t.year, t.counts) for t in self.plan.targets})


def proposal(document: PlanDocument) -> Proposal:
    """Reads the text once more, unless it is a long one."""
    plan = reading.parsed(document.text, document.doubts)
    return Proposal(
        plan,
        places(
            document.text,
            number=plan.number,
            issued_on=plan.issued_on,
            province=plan.province,
            title=plan.title,
            report_before=plan.report_before,
            page_starts=document.page_starts,
            doubts=document.doubts,
            head_doubts=plan.head_doubts,
        ),
    )


def initial(
    document: PlanDocument, plan: ParsedPlan, previous: PlanVersion | None
) -> dict[str, object]:
    """What the head's form is filled in with. An amendment keeps what its plan was asked."""
    settled = previous or PlanVersion()
    return {
        "number": plan.number,
        "title": plan.title,
        "issued_on": plan.issued_on,
        "territory": document.territory,
        "in_force_from": plan.issued_on,
        "report_before": plan.report_before,
        "baseline_year": settled.baseline_year,
        "growth_method": settled.growth_method,
        "growth_min_panel": settled.growth_min_panel,
    }


def of_version(version: PlanVersion) -> dict[str, object]:
    """What the settings page of a draft begins with."""
    month, day = version.report_before_month, version.report_before_day
    return {
        "number": version.number,
        "title": version.title,
        "issued_on": version.issued_on,
        "in_force_from": version.in_force_from,
        "report_before": (month, day) if month else None,
        "baseline_year": version.baseline_year,
        "growth_method": version.growth_method,
        "growth_min_panel": version.growth_min_panel,
        "commune_scope": version.commune_scope,
    }


def counts_communes(version: PlanVersion) -> bool:
    standing = version.targets.exclude(state=Target.State.REJECTED)
    return standing.filter(counts=Target.Counts.COMMUNE).exists()


def rows(
    form: HeadForm, found: dict[str, Place] | None = None, document: PlanDocument | None = None
) -> tuple[list[Row], list[Row]]:
    """Fields of the head, and the settings asked once."""
    found = found or {}
    made = [
        Row(field, place := found.get(field.name), _page_url(document, place)) for field in form
    ]
    return (
        [row for row in made if row.field.name not in SETTINGS],
        [row for row in made if row.field.name in SETTINGS],
    )


def _page_url(document: PlanDocument | None, place: Place | None) -> str | None:
    if document is None or place is None or place.page is None:
        return None
    return reverse("targets:document-page", args=[document.pk, place.page])


def pieces(document: PlanDocument, found: dict[str, Place]) -> list[Piece]:
    """The text cut at its pages and at the words that the head was read from."""
    text = document.text
    marks = sorted((place.start, place.end, name, place.unsure) for name, place in found.items())
    starts = {start: number for number, start in enumerate(document.page_starts, 1)}
    cuts = sorted({0, len(text), *starts, *(mark[0] for mark in marks), *(m[1] for m in marks)})
    made, named = [], set()
    for start, end in itertools.pairwise(cuts):
        name, unsure = next(
            ((name, unsure) for a, b, name, unsure in marks if a <= start < b), ("", False)
        )
        address = "" if name in named else name
        made.append(Piece(text[start:end], starts.get(start), address, bool(name), unsure))
        named.add(name)
    return made


def amended(territory: AdministrativeUnit | None) -> PlanVersion | None:
    """The version that another document of this territory would amend."""
    if territory is None:
        return None
    versions = PlanVersion.objects.published().filter(plan__territory=territory)
    return versions.defer("text", "unread").order_by("-in_force_from", "-pk").first()


def numbers_of_plans(user) -> dict[int, str]:
    """Number of the plan in force, by territory of the person's Department."""
    versions = (
        PlanVersion.objects.published()
        .filter(plan__territory__in=scope.rights(user).department)
        .order_by("in_force_from", "pk")
    )
    return dict(versions.values_list("plan__territory", "number"))
