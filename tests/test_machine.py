"""Where a Chromium or Tesseract is missing, CI refuses to run rather than leave tests out."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

# Each case is a session of its own.
pytestmark = pytest.mark.slow

CASE = """
import pytest
@pytest.mark.{marker}
def test_needing(): pass
def test_of_any_machine(): pass
"""


def run(tmp_path, marker: str, **environment: str) -> subprocess.CompletedProcess:
    """A session on a machine with nothing installed."""
    (tmp_path / "test_case.py").write_text(CASE.format(marker=marker))
    asked = ("CI", "BROWSER_TESTS", "PYTEST_ADDOPTS", "PYTEST_CURRENT_TEST")
    inherited = {name: value for name, value in os.environ.items() if name not in asked}
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "tests.machine"),
            *("-c", settings.BASE_DIR / "pyproject.toml", "-p", "no:cacheprovider"),
            tmp_path / "test_case.py",
        ],
        cwd=settings.BASE_DIR,
        env={**inherited, "PATH": str(tmp_path), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("marker", ["browser", "tesseract"])
def test_missing_program_leaves_its_tests_out_and_says_so(tmp_path, marker):
    session = run(tmp_path, marker)
    assert session.returncode == pytest.ExitCode.OK, session.stdout + session.stderr
    assert f"{marker} tests: left out" in session.stdout
    assert "1 passed, 1 deselected" in session.stdout


@pytest.mark.parametrize("marker", ["browser", "tesseract"])
@pytest.mark.parametrize("demand", [{"CI": "true"}, {"BROWSER_TESTS": "required"}], ids=str)
def test_missing_program_refuses_the_run_where_nothing_may_be_left_out(tmp_path, marker, demand):
    session = run(tmp_path, marker, **demand)
    assert session.returncode == pytest.ExitCode.USAGE_ERROR, session.stdout
    assert f"{marker} tests may not be left out" in session.stderr
