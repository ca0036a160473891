"""Scanned pages through Tesseract."""

import shutil
import subprocess
from functools import cache


@cache
def available() -> bool:
    """Whether Tesseract and its Vietnamese are installed."""
    command = shutil.which("tesseract")
    if command is None:
        return False
    try:
        done = subprocess.run(
            [command, "--list-langs"], capture_output=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return b"vie" in done.stdout.split()
