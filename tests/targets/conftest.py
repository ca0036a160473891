"""What the tests of the plan reader measured, printed at the end of every run."""

from collections.abc import Callable

import pytest

MEASURED = pytest.StashKey[list[str]]()


@pytest.fixture
def tell(request) -> Callable[[str], None]:
    """Have a line printed at the end of the run."""
    return request.config.stash.setdefault(MEASURED, []).append


def pytest_terminal_summary(terminalreporter, config):
    if lines := config.stash.get(MEASURED, None):
        terminalreporter.section("reading of plans")
        for line in lines:
            terminalreporter.write_line(line)
