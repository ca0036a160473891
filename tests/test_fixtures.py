"""The shared fixtures and factories hold what they promise."""

import pytest
from django.utils import timezone
from factory.django import DjangoModelFactory

from reports.models import State
from tests import factories

FACTORIES = [
    made
    for made in vars(factories).values()
    if isinstance(made, type)
    and issubclass(made, DjangoModelFactory)
    and made is not DjangoModelFactory
]


@pytest.mark.parametrize("made", FACTORIES, ids=lambda made: made.__name__)
def test_factory_row_is_valid_and_repeatable(db, made):
    first, second = made(), made()
    assert first.pk != second.pk
    first.full_clean()


def test_plan_targets_quote_the_text(plan):
    for target in plan.targets.all():
        assert plan.text[target.quote_start : target.quote_end] == target.quote
        assert "\n" not in plan.text[target.sentence_start : target.sentence_end]


def test_open_round_lists_every_institution_once(open_round, institutions):
    assert sorted(open_round.lines.values_list("institution__code", flat=True)) == sorted(
        institutions
    )
    assert open_round.reports.count() == 4


@pytest.mark.parametrize(
    ("given", "state", "count"),
    [("yes", State.YES, None), (0, State.COUNT, 0), ("not_applicable", State.NOT_APPLICABLE, None)],
)
def test_answer_fills_working_and_approved_value(open_round, answer, given, state, count):
    value = answer(open_round, "98-TV-981", "library.visits_growth", given)
    assert (value.state, value.count) == (state, count)
    assert (value.approved_state, value.approved_count) == (state, count)


def test_clock_stands_at_noon_in_vietnam(clock):
    clock("2025-11-10")
    assert timezone.localtime().isoformat() == "2025-11-10T12:00:00+07:00"
