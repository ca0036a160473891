"""Every file of tests/data/files over a filled report: what the preview says is what is written,
and taken back every cell is as it was.
"""

import json
from pathlib import Path

import pytest

from reports.importing.apply import apply, keep, preview
from reports.importing.undo import undo
from reports.models import IndicatorValue, RoundLine
from tests import factories
from tests.reports.test_undo import cells

pytestmark = pytest.mark.any_database

FILES = Path(__file__).parents[1] / "data" / "files"
EXPECTED = json.loads((FILES / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture
def filled(report, indicators) -> None:
    """Every other cell of the unit holds something else than the files say, half of it approved."""
    lines = RoundLine.objects.filter(
        round=report.round, reporting_unit=report.reporting_unit
    ).order_by("pk")
    asked = [
        (line, indicator)
        for line in lines
        for indicator in indicators.values()
        if indicator.kind == line.kind
    ]
    made = []
    for place, (line, indicator) in enumerate(asked):
        if place % 2:
            continue
        answer = (
            {"state": "count", "count": 777}
            if indicator.is_growth
            else {"state": "not_applicable", "na_reason": "suspended"}
        )
        approved = {f"approved_{name}": value for name, value in answer.items() if place % 4}
        made.append(
            factories.IndicatorValueFactory.build(
                line=line, indicator=indicator, version=1, note="đã ghi", evidence="Biên bản 7",
                **answer, **approved,
            )
        )  # fmt: skip
    IndicatorValue.objects.bulk_create(made)
    assert len(made) >= 3


def answered(plan) -> dict:
    """The first possible answer to everything that the file leaves open."""
    kept = plan.choices.kept
    return kept | {
        "answers": kept.get("answers", {})
        | {doubt.key: doubt.answers[0] for doubt in plan.doubts if doubt.is_open and doubt.answers}
    }


@pytest.mark.parametrize(
    "expected", [e for e in EXPECTED if "import" in e], ids=lambda expected: expected["file"]
)
def test_preview_is_what_is_written_and_undo_gives_back(report, filled, reporter, expected):
    before, content = cells(), (FILES / expected["file"]).read_bytes()
    choices = answered(preview(report, content, reporter, name=expected["file"]).plan)
    plan = preview(report, content, reporter, name=expected["file"], choices=choices).plan
    if not plan.may_apply(accept_valid=True):
        assert cells() == before
        return
    batch = keep(report, content, expected["file"], reporter, plan)

    apply(batch, reporter, fingerprint=plan.fingerprint, accept_valid=True)

    foreseen = dict(before)
    for row, change in plan.changes:
        key = row.code, change.indicator
        after, rest = change.after, before.get(key, EMPTY)[4:]
        foreseen[key] = (str(after.state), after.count, str(after.na_reason), after.note, *rest)
    assert cells() == {key: cell for key, cell in foreseen.items() if is_filled(cell)}
    assert plan.tally["new"] == batch.new

    batch.refresh_from_db()
    undo(batch, reporter)

    assert cells() == before


EMPTY = ("blank", None, "", "", "", "", "", False, "blank", None, "")


def is_filled(cell: tuple) -> bool:
    """As `cells` leaves blank ones out."""
    return cell[0] != "blank" or any(cell[1:7])
