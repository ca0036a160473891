"""`manage.py demo`: a ready system with sample data, for a first look on one's own machine."""

import socket
import sys
import threading
import time

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django_tasks_db.management.commands.db_worker import Worker

from institutions.loading import load_units
from reports.sample.making import make_sample, territory_of
from reports.sample.provinces import PASSWORD, PROVINCES
from targets.intake.worker import keep
from targets.services import load_indicators

HOST = "127.0.0.1"
FIXTURES = settings.BASE_DIR / "fixtures"


class Command(BaseCommand):
    help = (
        "Create what is missing of a ready system (database, map, both plans, sample institutions"
        " and figures), print the address and the sample accounts, and serve."
    )
    # The checks run when it serves; a second start is to be quick.
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--no-serve", action="store_true", help="prepare the data only")
        parser.add_argument("--port", type=int, default=8000, help="first port to try")

    def handle(self, *, no_serve, port, **options):
        if not settings.DEBUG:
            raise CommandError(
                _(
                    "The demonstration runs in development mode only (DEBUG=1): its passwords are"
                    " public. Nothing was changed."
                )
            )
        if hasattr(sys.stdout, "reconfigure"):  # a console that lacks Vietnamese letters
            sys.stdout.reconfigure(errors="replace")
        self.started = time.monotonic()
        self.prepare()
        if not no_serve and (free := free_port(port)) != port:
            self.say(_("Port %(busy)s is busy; using %(port)s.") % {"busy": port, "port": free})
            port = free
        self.print_accounts(port)
        if not no_serve:
            # A wrong address is to show the page that users see, not the technical one in English.
            settings.DEBUG = False
            # A thread, not a process: however the server ends, no worker stays behind.
            threading.Thread(target=work, name="worker", daemon=True).start()
            # Without the reloader, which would start everything a second time.
            call_command("runserver", f"{HOST}:{port}", use_reloader=False)

    def prepare(self) -> None:
        """Create what is missing; what exists is kept."""
        self.say(_("Database"))
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        if any(territory_of(province) is None for province in PROVINCES):
            result = load_units(
                FIXTURES / "administrative_units.csv", FIXTURES / "administrative_successions.csv"
            )
            self.say(_("Administrative units: %(count)s") % {"count": result.units.created})
        if created := load_indicators(FIXTURES / "indicators.json"):
            self.say(_("Indicators: %(count)s") % {"count": created})
        make_sample(self.say)
        self.say(_("Ready"))

    def say(self, line: str) -> None:
        self.stdout.write(f"[{time.monotonic() - self.started:5.1f} s] {line}")
        self.stdout.flush()

    def print_accounts(self, port: int) -> None:
        write = self.stdout.write
        write("")
        write(_("Address: %(address)s") % {"address": f"http://{HOST}:{port}/"})
        write(_("Sample accounts, password of all: %(password)s") % {"password": PASSWORD})
        for username, what in accounts():
            write(f"  {username:<18} {what}")
        write("")
        self.stdout.flush()  # into a file or a container's log it would wait for the server's end


def work() -> None:
    """What `manage.py db_worker` does in production: read scanned plans, beside the server."""
    worker = Worker(
        queue_names=["default"],
        excluded_queue_names=[],
        backend_name="default",
        interval=1,
        batch=False,
        startup_delay=False,
        max_tasks=None,
        worker_id="demo",
    )
    keep(worker.run)


def accounts() -> list[tuple[str, str]]:
    """One sample account per role and province, with what it is for."""
    return [
        ("bac-kan-so", _("Department of Culture, Bắc Kạn")),
        ("bac-kan-lanh-dao", _("leadership, Bắc Kạn")),
        ("bac-kan-062", _("reports for huyện Ngân Sơn, Bắc Kạn")),
        ("gia-lai-so", _("Department of Culture, Gia Lai")),
        ("gia-lai-lanh-dao", _("leadership, Gia Lai")),
        ("gia-lai-635", _("reports for huyện Ia Pa, Gia Lai")),
        ("lanh-dao-bo", _("national leadership")),
        ("quan-tri", _("administrator")),
    ]


def free_port(first: int) -> int:
    """The first port from `first` on that nobody listens on."""
    for port in range(first, first + 50):
        with socket.socket() as probe:
            # As the server itself does: a port just left by another run is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise CommandError(
        _("No free port between %(first)s and %(last)s.") % {"first": first, "last": first + 49}
    )
