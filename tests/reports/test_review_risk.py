import pytest

from reports.rounds.editing_checks.rules import RULES as CHECKS
from reports.rounds.reviewing.risk import (
    PLAIN,
    RULES,
    TENFOLD,
    Facts,
    Noticed,
    Part,
    is_clean,
    risk,
)


def points(facts: Facts) -> dict[Part, int]:
    return {each.part: each.points for each in risk(facts).parts}


def noticed(*codes: str) -> tuple[Noticed, ...]:
    return tuple(Noticed(code) for code in codes)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (Facts(asked=60), {}),
        (Facts(asked=60, late=True), {Part.LATE: 3}),
        (Facts(asked=60, new_person=True), {Part.NEW_PERSON: 2}),
        (Facts(asked=60, noticed=noticed("yes_turned_to_no")), {Part.EXPLAINED: 1}),
        (Facts(asked=60, noticed=noticed("all_alike")), {Part.EXPLAINED: 1}),
        (Facts(asked=60, noticed=noticed(*["count_changed_by_half"] * 30)), {Part.EXPLAINED: 10}),
        (Facts(asked=60, noticed=noticed("count_tenfold")), {Part.TENFOLD: 3}),
        (
            Facts(asked=60, noticed=noticed("count_tenfold", "count_from_or_to_zero")),
            {Part.TENFOLD: 6},
        ),
        (Facts(asked=60, noticed=noticed(*["count_tenfold"] * 9)), {Part.TENFOLD: 15}),
        # The share of blank cells counts, not how many groups of them were explained.
        (Facts(asked=60, noticed=noticed("missing")), {}),
        (Facts(asked=60, blank=1), {Part.BLANK: 1}),
        (Facts(asked=60, blank=6), {Part.BLANK: 1}),
        (Facts(asked=60, blank=7), {Part.BLANK: 2}),
        (Facts(asked=60, blank=60), {Part.BLANK: 10}),
        (Facts(asked=60, not_applicable=30), {Part.NOT_APPLICABLE: 5}),
        (Facts(asked=0), {}),
        (Facts(asked=60, unasked=2), {Part.UNASKED: 4}),
        (Facts(asked=60, unasked=50), {Part.UNASKED: 10}),
    ],
)
def test_each_part_gives_its_points(facts, expected):
    assert points(facts) == expected


def test_score_is_the_sum_of_its_parts_and_names_the_heaviest_first():
    found = risk(
        Facts(asked=10, blank=4, late=True, new_person=True, noticed=noticed("count_tenfold"))
    )

    assert [(each.part, each.points) for each in found.parts] == [
        (Part.BLANK, 4), (Part.TENFOLD, 3), (Part.LATE, 3), (Part.NEW_PERSON, 2),
    ]  # fmt: skip
    assert found.score == 12


@pytest.mark.parametrize(
    ("facts", "clean"),
    [
        (Facts(asked=60), True),
        (Facts(asked=60, noticed=noticed("missing", "all_alike"), blank=3), True),
        (Facts(asked=60, not_applicable=9, late=True, new_person=True), True),
        (Facts(asked=60, noticed=(Noticed("missing", is_open=True),), blank=3), False),
        (Facts(asked=60, noticed=noticed("yes_turned_to_no")), False),
        (Facts(asked=60, noticed=noticed("count_changed_by_half")), False),
        (Facts(asked=60, noticed=noticed("count_as_last_year")), False),
        (Facts(asked=60, noticed=noticed("count_tenfold")), False),
        (Facts(asked=60, noticed=noticed("count_below_zero")), False),
        (Facts(asked=60, unasked=1), False),
    ],
)
def test_clean_is_what_asks_for_no_judgement(facts, clean):
    assert is_clean(facts) is risk(facts).is_clean is clean


def test_every_part_has_one_rule():
    assert sorted(rule.part for rule in RULES) == sorted(Part)


def test_checks_are_named_as_the_checks_name_themselves():
    assert {*PLAIN, *TENFOLD} <= {check.code for check in CHECKS}
