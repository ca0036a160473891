"""The linters and Django's own checks are part of the one test command.

Ruff also refuses notes about unfinished business (its FIX rules).
"""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
OUR_APPS = ("institutions", "targets", "reports")
IN_PRODUCTION = {
    "DEBUG": "0",
    "SECRET_KEY": "tests-only-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "ALLOWED_HOSTS": "hoctap.vi-du.vn",
}


def run(*command: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", *command]
        if command[0] != "manage.py"
        else [sys.executable, *command],
        cwd=ROOT,
        # In memory: looking must not leave a database behind.
        env={**os.environ, "DATABASE_URL": "sqlite://:memory:", **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )


def sources(*suffixes: str):
    """Every text file of the project that a person wrote."""
    for folder in (".ci", "docs", "lifelong_learning", "static", "templates", "tests", *OUR_APPS):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes and "vendor" not in path.parts:
                yield path


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "--no-cache", "."),
        ("ruff", "format", "--check", "--no-cache", "."),
        ("djlint", "--lint", "--quiet", "templates"),
    ],
    ids=" ".join,
)
def test_linter_is_content(command):
    result = run(*command)
    assert result.returncode == 0, result.stdout + result.stderr


def test_models_and_migrations_agree():
    result = run("manage.py", "makemigrations", "--check", "--dry-run")
    assert result.returncode == 0, result.stdout + result.stderr


def test_deployment_check_has_no_warning():
    """Production settings as the README's table gives them, with every warning an error."""
    result = run("manage.py", "check", "--deploy", "--fail-level", "DEBUG", **IN_PRODUCTION)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "no issues" in result.stdout


def test_no_drawer_for_everything():
    """A module is named after what it is about."""
    names = {"utils.py", "helpers.py", "common.py", "misc.py"}
    assert [path for path in sources(".py") if path.name in names] == []


def test_templates_hold_no_script_and_no_style():
    """The content security policy refuses both; see settings."""
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*type=.application/json)|<style|\sstyle=|\son[a-z]+=",
        re.IGNORECASE,
    )
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sources(".html")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if inline.search(line)
    ]
    assert found == []
