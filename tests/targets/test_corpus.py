"""A corpus of invented plans, a trap in each, and the score of reading them and the real ones.

The expectations say what a careful official would read in the words; they were written without a
look at the parser. See tests/data/plans/corpus/README.md for the form.
"""

from functools import cache

import pytest

from tests.targets.plan_scores import CORPUS, PLANS, Score, judge, load, read

TEXTS = sorted(path.with_suffix("") for path in CORPUS.glob("*.txt"))
REAL = sorted(path.with_suffix("") for path in PLANS.glob("*.txt"))


@cache
def score_of(stem) -> Score:
    text, expected = load(stem)
    return judge(text, expected, read(text, expected))


@pytest.mark.parametrize("stem", TEXTS, ids=lambda stem: stem.name)
def test_text_is_read_as_an_official_reads_it(stem):
    assert score_of(stem).problems() == []


def test_corpus_is_large_enough():
    assert len(TEXTS) >= 100


def test_every_text_has_its_expectation():
    assert sorted(path.with_suffix("") for path in CORPUS.glob("*.json")) == TEXTS


@pytest.mark.parametrize(
    ("name", "stems"), [("real plans", REAL), ("corpus", TEXTS)], ids=["real", "corpus"]
)
def test_no_target_is_wrong_without_a_flag_or_lost_unseen(name, stems, tell):
    total = sum((score_of(stem) for stem in stems), Score())
    tell(f"{name} ({len(stems)} texts): {total.line()}; shown beyond that {total.needless}")
    assert total.wrong_unflagged == []
    assert total.missing_unseen == []
