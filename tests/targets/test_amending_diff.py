"""What an amendment makes of the targets of a plan: pure, worked by hand."""

from decimal import Decimal
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targets.amending.diff import Difference, Entry, What, compare

DISTRICT, PROVINCE, COMMUNE = ("district",), ("province",), ("commune",)
BOTH = ("district", "province")


def entry(minimum=70, *, tiers=DISTRICT, year=2025, indicator="library.digital", **more) -> Entry:
    more.setdefault("counts", "institution")
    return Entry(indicator, tiers, year, minimum=Decimal(minimum), **more)


def found(before, after) -> list[tuple[What, int, int]]:
    return [(d.what, len(d.before), len(d.after)) for d in compare(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([], [], []),
        ([entry(70)], [entry(70)], [(What.UNCHANGED, 1, 1)]),
        ([entry(70)], [entry("70.00")], [(What.UNCHANGED, 1, 1)]),
        ([entry(70)], [entry(75)], [(What.CHANGED, 1, 1)]),
        ([entry(10)], [entry(10, maximum=Decimal(15))], [(What.CHANGED, 1, 1)]),
        ([entry(10)], [entry(10, maximum=Decimal(10))], [(What.UNCHANGED, 1, 1)]),
        ([entry(100)], [entry(100, unit="milestone")], [(What.CHANGED, 1, 1)]),
        ([entry(5)], [entry(5, period_start=2023)], [(What.CHANGED, 1, 1)]),
        ([entry(70)], [entry(70, question="Có mạng?")], [(What.CHANGED, 1, 1)]),
        ([], [entry(70)], [(What.NEW, 0, 1)]),
        ([entry(70)], [], [(What.DROPPED, 1, 0)]),
        # Another year is another target, of the same figure or not.
        ([entry(70)], [entry(70, year=2026)], [(What.NEW, 0, 1), (What.DROPPED, 1, 0)]),
        (
            [entry(70)],
            [entry(70, indicator="library.services")],
            [(What.NEW, 0, 1), (What.DROPPED, 1, 0)],
        ),
        # Tiers: the order says nothing; without a tier in common they are two targets.
        ([entry(tiers=BOTH)], [entry(tiers=BOTH[::-1])], [(What.UNCHANGED, 1, 1)]),
        ([entry(tiers=DISTRICT)], [entry(tiers=COMMUNE)], [(What.NEW, 0, 1), (What.DROPPED, 1, 0)]),
        # Regrouped: split, joined, widened to every tier, counted by communes.
        (
            [entry(tiers=BOTH)],
            [entry(tiers=DISTRICT), entry(tiers=PROVINCE)],
            [(What.REGROUPED, 1, 2)],
        ),
        (
            [entry(tiers=DISTRICT), entry(tiers=PROVINCE)],
            [entry(tiers=BOTH)],
            [(What.REGROUPED, 2, 1)],
        ),
        ([entry(tiers=DISTRICT)], [entry(tiers=())], [(What.REGROUPED, 1, 1)]),
        (
            [entry(tiers=COMMUNE)],
            [entry(tiers=COMMUNE, counts="commune")],
            [(What.REGROUPED, 1, 1)],
        ),
        # Over a step: district – district and province – province and commune.
        (
            [entry(tiers=BOTH), entry(tiers=COMMUNE)],
            [entry(tiers=DISTRICT), entry(tiers=("commune", "province"))],
            [(What.REGROUPED, 2, 2)],
        ),
        # A tier that keeps its own target is not drawn into it.
        (
            [entry(tiers=DISTRICT), entry(tiers=PROVINCE)],
            [entry(80, tiers=DISTRICT)],
            [(What.CHANGED, 1, 1), (What.DROPPED, 1, 0)],
        ),
    ],
)
def test_compare_says_what_becomes_of_each_target(before, after, expected):
    assert found(before, after) == expected


def test_compare_leads_back_to_both_targets():
    (difference,) = compare([entry(70, ref=1)], [entry(75, ref=2)])
    assert [each.ref for each in (*difference.before, *difference.after)] == [1, 2]
    assert (difference.year, difference.indicator) == (2025, "library.digital")


def test_difference_of_a_dropped_target_has_its_year():
    assert Difference(What.DROPPED, (entry(year=2030),)).year == 2030


TIERS = st.lists(st.sampled_from(["district", "province", "commune"]), unique=True).map(tuple)
ENTRIES = st.lists(
    st.builds(
        Entry,
        st.sampled_from(["library.digital", "culture.clubs"]),
        TIERS,
        st.sampled_from([2025, 2030]),
        st.sampled_from(["institution", "commune"]),
        st.sampled_from([Decimal(50), Decimal(70)]),
    ),
    unique_by=lambda e: e.key,
    max_size=8,
)


def numbered(entries, start):
    numbers = count(start)
    return [
        Entry(e.indicator, e.tiers, e.year, e.counts, e.minimum, ref=next(numbers)) for e in entries
    ]


@given(ENTRIES, ENTRIES)
def test_every_target_of_either_document_stands_in_exactly_one_difference(before, after):
    before, after = numbered(before, 0), numbered(after, 100)
    differences = compare(before, after)
    assert sorted(e.ref for d in differences for e in d.before) == [e.ref for e in before]
    assert sorted(e.ref for d in differences for e in d.after) == [e.ref for e in after]


@given(ENTRIES)
def test_document_beside_itself_changes_nothing(entries):
    assert {d.what for d in compare(entries, entries)} <= {What.UNCHANGED}


@given(ENTRIES, ENTRIES)
def test_comparing_the_other_way_round_turns_new_into_dropped(before, after):
    there = [d.what for d in compare(before, after)]
    back = [d.what for d in compare(after, before)]
    turned = {What.NEW: What.DROPPED, What.DROPPED: What.NEW}
    assert sorted(back) == sorted(turned.get(what, what) for what in there)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([entry(tiers=BOTH)], [entry(tiers=DISTRICT)], ("province",)),
        ([entry(tiers=BOTH)], [entry(tiers=DISTRICT), entry(tiers=PROVINCE)], ()),
        ([entry(tiers=DISTRICT), entry(tiers=PROVINCE)], [entry(tiers=BOTH)], ()),
        ([entry(tiers=BOTH)], [entry(tiers=())], ()),
        ([entry(tiers=())], [entry(tiers=DISTRICT)], ()),
        ([entry(tiers=DISTRICT)], [], ()),
    ],
)
def test_regrouped_targets_say_which_tiers_fell_out(before, after, expected):
    (difference,) = compare(before, after)
    assert difference.left_out == expected
