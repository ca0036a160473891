"""Where the browser for tests/browser is, and what happens where there is none.

Without a Chromium the browser tests are left out and the first lines of the run say so. With
BROWSER_TESTS=required, as in CI, the run is refused instead.
"""

import os
import shutil

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def pytest_report_header():
    if path := find_chromium():
        return f"browser tests: {path}"
    return f"browser tests: left out, none of {', '.join(NAMES)} is in the PATH"


def pytest_collection_modifyitems(config, items):
    in_browser = [item for item in items if item.get_closest_marker("browser")]
    if not in_browser or find_chromium():
        return
    if os.environ.get("BROWSER_TESTS") == "required":
        raise pytest.UsageError(
            f"BROWSER_TESTS=required, but none of {', '.join(NAMES)} is in the PATH"
        )
    items[:] = [item for item in items if item not in in_browser]
    config.hook.pytest_deselected(items=in_browser)
