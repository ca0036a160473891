"""The background worker as a process of its own, on a database that others write to."""

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest
from django.conf import settings
from django.contrib import admin
from django.core.management import get_commands
from django.db import OperationalError

from targets.intake.worker import keep

MAKE = """
import django; django.setup()
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.utils import timezone
from institutions.models import User
from targets.intake import tasks
from targets.models import PlanDocument
from tests.documents import FONT, line_of_text, pdf_of_pages
call_command("migrate", verbosity=0)
sender = User.objects.create_user("so", "so@vi-du.vn")
content = pdf_of_pages([line_of_text("Page")] * 3, FONT)
document = PlanDocument(name="a.pdf", sha256="0" * 64, uploaded_by=sender, pages=3)
document.file.save("a.pdf", ContentFile(content))
tasks.read_document.enqueue(document.pk)
"""


def test_worker_outlives_a_database_that_is_locked():
    calls = []

    def run():
        calls.append(1)
        if len(calls) < 3:
            raise OperationalError("database is locked")

    keep(run, pause=0)
    assert len(calls) == 3


def test_other_trouble_of_the_worker_is_not_swallowed():
    def run():
        raise RuntimeError("a mistake of ours")

    with pytest.raises(RuntimeError):
        keep(run, pause=0)


def test_command_is_the_one_that_outlives():
    assert get_commands()["db_worker"] == "targets"


def test_administration_shows_no_rows_of_the_worker():
    assert "django_tasks_database" not in {model._meta.app_label for model in admin.site._registry}


@pytest.fixture
def site(tmp_path):
    """Environment of a system of its own, with one document of three pages waiting."""
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'site.sqlite3'}",
        "MEDIA_ROOT": str(tmp_path / "media"),
        "DJANGO_SETTINGS_MODULE": "lifelong_learning.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", MAKE],
        cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return environment, tmp_path / "site.sqlite3"


@pytest.mark.slow
def test_worker_reads_what_waits_while_others_write(site):
    environment, path = site
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "db_worker", "--batch", "--no-startup-delay"],
        cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip
    longest = 0.0
    with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as other:
        while worker.poll() is None:
            began = time.monotonic()
            other.execute("BEGIN IMMEDIATE")
            other.execute("UPDATE institutions_user SET last_name = 'Lê'")
            other.execute("COMMIT")
            longest = max(longest, time.monotonic() - began)
            time.sleep(0.02)
        found = other.execute("SELECT status, problem, pages_read FROM targets_plandocument")
        assert found.fetchall() == [("refused", "no_objectives", 3)], worker.stdout.read()
    log = worker.stdout.read()
    worker.stdout.close()
    assert "refused, no_objectives" in log
    assert longest < 5
