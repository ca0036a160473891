"""`manage.py send_reminders`: e-mails to units whose report is due, for a daily timer."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.rounds import reminders


class Command(BaseCommand):
    help = (
        "Remind the units that owe a report, 14, 7, 3 and 1 days before the last day, on it, and"
        " every 7 days after it. Run it daily: nobody gets two on one day."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--now", action="store_true", help="remind in every open round, whatever the day"
        )

    def handle(self, *, now, **options):
        today = timezone.localdate()
        rounds = reminders.open_rounds(today) if now else reminders.due_rounds(today)
        try:
            result = reminders.send(rounds)
        except reminders.MailServerError as error:
            raise CommandError(
                _("The mail server cannot be reached: %(error)s") % {"error": error}
            ) from error
        self.stdout.write(
            _("Sent: %(sent)s; sent earlier today: %(already)s.")
            % {"sent": result.sent, "already": result.already}
        )
        if result.failed:
            raise CommandError(
                _("The mail server refused: %(addresses)s.")
                % {"addresses": ", ".join(result.failed)}
            )
