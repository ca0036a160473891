"""A writer that waits in vain for the database is asked to come back, and nothing is half done."""

from threading import Event, Thread

import pytest
from django.db import OperationalError, connection, transaction

from lifelong_learning.busy import is_busy
from reports.rounds.entry import lock


@pytest.fixture
def held(report):
    """The report is locked by somebody else for as long as the test runs."""
    begun, over = Event(), Event()

    def hold():
        try:
            with transaction.atomic():
                lock(report)
                begun.set()
                over.wait(20)
        finally:
            connection.close()

    other = Thread(target=hold, daemon=True)
    other.start()
    assert begun.wait(20)
    yield report
    over.set()
    other.join(20)


@pytest.fixture
def impatient():
    """This connection waits for no lock; afterwards it is as patient as before."""
    patience = {"sqlite": "PRAGMA busy_timeout=50", "postgresql": "SET lock_timeout='50ms'"}
    with connection.cursor() as cursor:
        cursor.execute(patience[connection.vendor])
    yield
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_writer_that_waits_in_vain_is_told_when_to_come_back(as_staff, held, impatient):
    response = as_staff.post(f"/reporting/reports/{held.pk}/texts/", {"proposals": "Đề nghị"})

    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert "Hệ thống đang bận" in response.content.decode()
    held.refresh_from_db()
    assert held.proposals == ""


def test_missing_table_is_no_busy_database():
    assert not is_busy(OperationalError("no such table: reports_report"))
