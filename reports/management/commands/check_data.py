"""`manage.py check_data`: what the database cannot enforce."""

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.breaches import CHECKS, find_breaches


class Command(BaseCommand):
    help = "Look for breaches of rules that no constraint can hold; exit code 1 if there are any."

    def handle(self, **options):
        count = 0
        for breach in find_breaches():
            self.stdout.write(f"{breach.check}: {breach.words}")
            count += 1
        if count:
            raise CommandError(
                ngettext("%(count)d breach found.", "%(count)d breaches found.", count)
                % {"count": count}
            )
        self.stdout.write(_("%(count)s checks, no breach.") % {"count": len(CHECKS)})
