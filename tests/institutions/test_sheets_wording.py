"""Everything that the reading of files can say has its words."""

import pytest
from django.utils.translation import override

from institutions.sheets import Doubt, FileProblem, Passed, UnreadableFile
from institutions.sheets_wording import doubt_words, passed_words, unreadable

MEGABYTES = 20 * 1024 * 1024


@pytest.mark.parametrize("detail", ["", 7, "XLSB"])
@pytest.mark.parametrize("problem", FileProblem)
def test_each_problem_of_a_file_is_said_in_both_languages(problem, detail):
    said = {}
    for language in ("vi", "en"):
        with override(language):
            said[language] = unreadable(UnreadableFile(problem, detail), max_bytes=MEGABYTES)
    assert said["vi"] != said["en"]
    assert "%(" not in said["vi"] + said["en"]


@pytest.mark.parametrize(
    ("words", "code"),
    [*((passed_words, code) for code in Passed), *((doubt_words, code) for code in Doubt)],
)
def test_each_reason_and_doubt_is_said_in_both_languages(words, code):
    with override("vi"):
        vietnamese = words(code)
    with override("en"):
        assert words(code) != vietnamese


def test_what_was_sent_instead_of_a_table_is_named():
    with override("vi"):
        said = unreadable(UnreadableFile(FileProblem.NOT_A_TABLE, "PDF"), max_bytes=MEGABYTES)
    assert "PDF" in said
