"""What some tests need of the machine: a Chromium, Tesseract with its Vietnamese.

Tests marked with what is missing are left out, and the first lines of the run say so. In CI
(CI=true), and with BROWSER_TESTS=required, the run is refused instead: nothing may be left out
there unseen.
"""

import os
import shutil

import pytest

from targets.documents import recognition

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    return next((path for name in CHROMIUMS if (path := shutil.which(name))), None)


# Marker: how it is found, and what to say where it is not.
NEEDS = {
    "browser": (find_chromium, f"none of {', '.join(CHROMIUMS)} is in the PATH"),
    "tesseract": (recognition.command, "Tesseract with its Vietnamese (vie) is not installed"),
}


def is_required() -> bool:
    return os.environ.get("CI") == "true" or os.environ.get("BROWSER_TESTS") == "required"


def pytest_report_header():
    return [
        f"{marker} tests: {find() or f'left out, {missing}'}"
        for marker, (find, missing) in NEEDS.items()
    ]


def pytest_collection_modifyitems(config, items):
    for marker, (find, missing) in NEEDS.items():
        needing = [item for item in items if item.get_closest_marker(marker)]
        if not needing or find():
            continue
        if is_required():
            raise pytest.UsageError(f"{marker} tests may not be left out here, but {missing}")
        items[:] = [item for item in items if item not in needing]
        config.hook.pytest_deselected(items=needing)
