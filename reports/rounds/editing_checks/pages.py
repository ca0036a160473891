"""What the check page shows: findings by severity and institution, each with its field."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from itertools import groupby

from django.forms import BoundField
from django.urls import reverse
from django.utils.translation import gettext as _

from institutions.models import Tier
from reports.models import Report, RoundLine
from reports.rounds.editing_checks.findings import Finding, Findings
from reports.rounds.editing_checks.forms import ExplainForm
from reports.rounds.wording import cell_code, cell_text

# Names of institutions behind a group; the rest is a number and a link.
NAMED = 12


@dataclass(frozen=True, slots=True)
class Item:
    """A finding with its figures in words, the way to its cell and its fields."""

    finding: Finding
    address: str
    # What a screen reader calls the field of the explanation.
    about: str
    now: str = ""
    now_code: str = ""
    before: str = ""
    # Wrong, but the return did not open the cell: the unit cannot correct it.
    is_out_of_reach: bool = False
    # The answer that all of a group give.
    value: str = ""
    names: tuple[str, ...] = ()
    text: BoundField | None = None
    seen: BoundField | None = None
    reuse: BoundField | None = None

    @property
    def anchor(self) -> str:
        return self.finding.key.replace(":", "-").replace(".", "-")

    @property
    def count(self) -> int:
        return len(self.finding.lines)

    @property
    def unnamed(self) -> int:
        return self.count - len(self.names)


@dataclass(frozen=True, slots=True)
class Block:
    """Findings about one institution (`line`), or about one tier."""

    title: str
    items: list[Item]
    line: RoundLine | None = None
    # One field for the whole tier, where several of its questions lack answers.
    for_all: BoundField | None = None

    @property
    def alone(self) -> list["Block"]:
        """The block as a list, where kinds of blocks stand side by side."""
        return [self]


@dataclass(frozen=True, slots=True)
class CheckPage:
    """What the page shows. Of `fatal`, the unit cannot correct `out_of_reach` by itself."""

    fatal: list[Block]
    cells: list[Block]
    groups: list[Block]
    missing: list[Block]
    explained: list[Block]

    @property
    def out_of_reach(self) -> int:
        return sum(item.is_out_of_reach for block in self.fatal for item in block.items)


def cell_address(report: Report, line: int, indicator_code: str) -> str:
    """The cell in the entry grid."""
    grid = reverse("reports:grid", args=[report.pk])
    return f"{grid}#cell-{line}-{indicator_code.replace('.', '-')}"


def check_page(
    found: Findings,
    form: ExplainForm | None,
    only: Collection[tuple[int, int]] | None = None,
) -> CheckPage:
    """The findings in blocks; without a form (nothing can be entered) they carry no fields.

    `only`: the cells that can be corrected, by line and indicator id, if not all can.
    """
    opened = found.unexplained
    fatal = _by_institution(found, found.fatal, form)
    if only is not None:
        for block in fatal:
            block.items[:] = [
                replace(
                    item,
                    is_out_of_reach=(item.finding.line_id, item.finding.indicator.pk) not in only,
                )
                for item in block.items
            ]
    return CheckPage(
        fatal=fatal,
        cells=_by_institution(found, [f for f in opened if f.line_id], form),
        groups=_by_tier(found, [f for f in opened if not f.line_id and f.code != "missing"], form),
        missing=_by_tier(found, [f for f in opened if f.code == "missing"], form),
        explained=[
            *_by_institution(found, [f for f in found.explained if f.line_id], form),
            *_by_tier(found, [f for f in found.explained if not f.line_id], form),
        ],
    )


def _by_institution(found: Findings, findings: Iterable[Finding], form) -> list[Block]:
    blocks = []
    for line_id, group in groupby(findings, key=lambda f: f.line_id):
        line = found.lines[line_id]
        items = [_item(found, finding, form) for finding in group]
        blocks.append(Block(str(line.institution), items, line))
    return blocks


def _by_tier(found: Findings, findings: list[Finding], form) -> list[Block]:
    order = {tier: place for place, tier in enumerate(Tier.values)}
    blocks = []
    for tier, group in groupby(sorted(findings, key=lambda f: order[f.tier]), key=lambda f: f.tier):
        items = [_item(found, finding, form) for finding in group]
        whole = form is not None and len(items) > 1 and items[0].finding.code == "missing"
        is_open = items[0].finding.is_open
        blocks.append(
            Block(
                str(Tier(tier).label),
                items,
                for_all=form[f"tier-{tier}"] if whole and is_open else None,
            )
        )
    return blocks


def _item(found: Findings, finding: Finding, form: ExplainForm | None) -> Item:
    def field(name: str) -> BoundField | None:
        key = f"{name}-{finding.key}"
        return form[key] if form is not None and key in form.fields else None

    group = finding.line_id is None
    whom = Tier(finding.tier).label if group else found.lines[finding.line_id].institution
    said = finding.shared if group else finding.now
    return Item(
        finding,
        cell_address(found.report, finding.lines[0], finding.indicator_code),
        _("Explanation: %(whom)s, %(question)s, %(what)s")
        % {"whom": whom, "question": finding.indicator.label, "what": finding.title},
        now=cell_text(finding.now) if finding.now else "",
        now_code=cell_code(said) if said else "",
        before=cell_text(finding.before) if finding.before else "",
        value=cell_text(finding.shared) if finding.shared else "",
        names=tuple(str(found.lines[pk].institution) for pk in finding.lines[:NAMED])
        if group
        else (),
        text=field("text"),
        seen=field("seen"),
        reuse=field("reuse"),
    )
