"""`manage.py db_worker`: read scanned plans in the background. Runs beside the web server."""

from functools import partial

from django_tasks_db.management.commands import db_worker

from targets.intake.worker import keep


class Command(db_worker.Command):
    """The worker of django-tasks, which outlives a database that is locked for long."""

    def add_arguments(self, parser):
        super().add_arguments(parser)
        # Also in development: changed code would stop a document in the middle.
        parser.set_defaults(reload=False)

    def handle(self, **options):
        keep(partial(super().handle, **options))
