"""The session speaks for both databases: a failure on either fails it."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

pytestmark = pytest.mark.slow  # each case is a session of its own with a PostgreSQL of its own

ON_SQLITE_ONLY = """
    from django.db import connection
    def test_vendor(db): assert connection.vendor == "sqlite"
    def test_without_database(): pass
"""
ON_BOTH = """
    from institutions.models import User
    def test_table_is_empty(db): assert not User.objects.exists()
    def test_without_database(): pass
"""
WITHOUT_DATABASE = "def test_without_database(): pass"
ON_ANY = """
    import pytest
    @pytest.mark.any_database
    def test_any(db): pass
    def test_table(db): pass
"""
ON_BOTH_AND_ONCE = """
    import pytest
    def test_table(db): pass
    def test_without_database(): assert 1 == 2
    @pytest.mark.browser
    def test_page(): assert 3 == 4
"""


def run(tmp_path, source: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """A session of one file with the suite's plugin, in an environment that names no database."""
    lines = [line.removeprefix("    ") for line in source.splitlines()]
    (tmp_path / "test_case.py").write_text("\n".join(lines))
    left_out = ("CI", "DATABASE_URL", "PYTEST_ADDOPTS", "PYTEST_CURRENT_TEST")
    inherited = {name: value for name, value in os.environ.items() if name not in left_out}
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "tests.both_databases"),
            *("-c", settings.BASE_DIR / "pyproject.toml", "-p", "no:cacheprovider"),
            *(tmp_path / "test_case.py", *arguments),
        ],
        cwd=settings.BASE_DIR,
        env={**inherited, **environment, "TEST_DATABASE": str(tmp_path / "test.sqlite3")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_failure_on_postgresql_alone_fails_the_session(tmp_path):
    session = run(tmp_path, ON_SQLITE_ONLY)
    assert session.returncode == pytest.ExitCode.TESTS_FAILED
    assert "assert 'postgresql' == 'sqlite'" in session.stdout
    assert "1 failed, 2 passed" in session.stdout.splitlines()[-1]


def test_what_needs_no_database_runs_beside_the_browser_and_fails_the_session(tmp_path):
    session = run(tmp_path, ON_BOTH_AND_ONCE, "-p", "tests.machine")
    assert session.returncode == pytest.ExitCode.TESTS_FAILED
    failures = re.findall(r"^E +assert (.+)$", session.stdout, re.MULTILINE)
    assert sorted(failures) == ["1 == 2", "3 == 4"]
    assert "1 failed, 1 passed, 1 deselected" in session.stdout  # the second run
    assert "2 failed, 1 passed, 1 deselected" in session.stdout.splitlines()[-1]


def test_session_shows_both_results_and_leaves_nothing(tmp_path):
    session = run(tmp_path, ON_BOTH)
    assert session.returncode == pytest.ExitCode.OK, session.stdout
    second, first = [line for line in session.stdout.splitlines() if " passed" in line]
    assert "1 passed, 1 deselected" in second
    assert "3 passed" in first
    assert session.stderr == ""


@pytest.mark.parametrize(("ci", "second"), [("", "1 passed, 1 deselected"), ("true", "2 passed")])
def test_any_database_will_do_but_in_ci(tmp_path, ci, second):
    session = run(tmp_path, ON_ANY, CI=ci)
    assert session.returncode == pytest.ExitCode.OK, session.stdout
    results = [line for line in session.stdout.splitlines() if " passed" in line]
    assert second in results[0]
    assert "3 passed" in results[1]


@pytest.mark.parametrize(
    ("source", "arguments", "passed"),
    [(ON_SQLITE_ONLY, ("--one-database",), 2), (WITHOUT_DATABASE, (), 1)],
)
def test_session_of_one_database_starts_no_other(tmp_path, source, arguments, passed):
    session = run(tmp_path, source, *arguments)
    assert session.returncode == pytest.ExitCode.OK, session.stdout
    assert "PostgreSQL" not in session.stdout
    assert f"{passed} passed" in session.stdout.splitlines()[-1]
