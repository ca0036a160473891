"""Every file of tests/data/files/ is read as its entry in the manifest says, without a database."""

import json
from pathlib import Path

import pytest

from institutions.names import fold
from institutions.sheets import Book, Choice, FileProblem, Limits, UnreadableFile, read_book
from tests.data.make_files import H, make

FILES = Path(__file__).parents[1] / "data" / "files"
ENTRIES = json.loads((FILES / "manifest.json").read_text(encoding="utf-8"))
READ = [entry for entry in ENTRIES if "problem" not in entry]
REFUSED = [entry for entry in ENTRIES if "problem" in entry]
LIMITS = Limits()
KNOWN = {fold(heading) for heading in H} | {
    "institution_code",
    "name",
    "note",
    "library.lifelong_services",
    "library.digital",
    "library.visits_growth",
    "culture.creative_activities",
    "culture.clubs",
}


def known_headings(cells) -> int:
    return sum(fold(" ".join(cell.split())) in KNOWN for cell in cells if cell)


def read(entry: dict, choice: Choice = Choice()) -> Book:  # noqa: B008 - frozen
    content = (FILES / entry["file"]).read_bytes()
    return read_book(
        content, entry["file"], limits=LIMITS, choice=choice, is_heading=known_headings
    )


def cell(book: Book, line: int, column: int) -> str:
    row = next(row for row in book.rows if row.line == line)
    return row.values[column]


def by_file(entries: list[dict]):
    return pytest.mark.parametrize("entry", entries, ids=lambda entry: entry["file"])


@by_file(READ)
def test_file_is_read_as_the_manifest_says(entry):
    book = read(entry)
    guess = book.guess
    found = {
        "format": book.format,
        "encoding": guess.encoding or None,
        "delimiter": guess.delimiter or None,
        "typed_in": guess.typed_in,
        "sheet": guess.sheet or None,
        "header_line": guess.header_line,
        "doubts": sorted(guess.doubts),
        "headings": list(book.headings),
        "rows": len(book.rows),
        "passed_over": [[p.line, p.last_line, p.reason] for p in book.passed_over],
        "cells": [[line, column, cell(book, line, column)] for line, column, _ in entry["cells"]],
    }
    keys = ("encoding", "delimiter", "sheet")
    expected = {key: entry.get(key) for key in keys}
    expected |= {key: entry[key] for key in found if key not in keys}
    assert found == {**expected, "doubts": sorted(entry["doubts"])}


@by_file(READ)
def test_file_loses_no_line(entry):
    book = read(entry)
    assert sorted(book.lines_read()) == list(range(1, book.last_line + 1))


@by_file([entry for entry in READ if {"kinds", "text"} & set(entry)])
def test_file_tells_what_cells_were_no_text(entry):
    kinds = {row.line: row.kinds for row in read(entry).rows}
    asked = entry.get("kinds", []) + [[*place, None] for place in entry.get("text", [])]
    assert [[line, at, kinds[line].get(at)] for line, at, _kind in asked] == asked


@by_file([entry for entry in READ if {"merged", "hidden", "hidden_columns"} & set(entry)])
def test_file_tells_what_was_merged_and_hidden(entry):
    book = read(entry)
    found = {
        "merged": [[row.line, place] for row in book.rows for place in sorted(row.merged)],
        "hidden": [row.line for row in book.rows if row.is_hidden],
        "hidden_columns": sorted(book.hidden_columns),
    }
    merged = entry.get("merged", [])
    assert {**found, "merged": [place for place in found["merged"] if place in merged]} == {
        "merged": merged,
        "hidden": entry.get("hidden", []),
        "hidden_columns": entry.get("hidden_columns", []),
    }


@by_file(REFUSED)
def test_file_is_refused_with_its_problem(entry):
    with pytest.raises(UnreadableFile) as refusal:
        read(entry)
    assert refusal.value.problem == entry["problem"]
    assert refusal.value.detail == entry.get("detail", refusal.value.detail)


def test_at_least_eighty_traps_are_kept():
    assert len(ENTRIES) >= 80
    assert len({entry["file"] for entry in ENTRIES}) == len(ENTRIES)
    assert {path.name for path in FILES.iterdir()} - {"manifest.json"} == {
        entry["file"] for entry in ENTRIES
    }


def test_every_problem_of_a_file_as_such_has_its_file():
    """The others are about limits and choices."""
    of_files = set(FileProblem) - {
        FileProblem.TOO_LARGE,
        FileProblem.TOO_MANY_ROWS,
        FileProblem.TOO_MANY_COLUMNS,
        FileProblem.CELL_TOO_LONG,
        FileProblem.NO_SUCH_SHEET,
        FileProblem.NO_SUCH_LINE,
    }
    assert {entry["problem"] for entry in REFUSED} == of_files


def test_files_are_those_that_the_script_makes(tmp_path, monkeypatch):
    """All but those that LibreOffice saved."""
    monkeypatch.setattr("tests.data.make_files.HERE", tmp_path)
    entries = json.loads(json.dumps(make()))
    assert [entry for entry in ENTRIES if entry["file"] != "torn.xls"] == entries
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert [name for name in made if made[name] != (FILES / name).read_bytes()] == []
