"""Reminders by e-mail of reports that are due: a log of each, never two of one day.

Sent to the people of the unit, by `manage.py send_reminders` every morning or by the Department
from the page of the round.
"""

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from institutions.models import Membership
from reports.deadlines import days_left
from reports.models import Reminder, Report, ReportingRound

BEFORE = (14, 7, 3, 1, 0)
"""Days left on which a unit is reminded; the last day itself is 0."""

AFTER = 7
"""Once the last day is over, every so many days."""


class MailServerError(Exception):
    """The mail server cannot be reached or refuses to talk: the run stops."""


@dataclass(slots=True)
class Sent:
    """What one run did. `failed`: addresses that the mail server did not take."""

    sent: int = 0
    already: int = 0
    failed: list[str] = field(default_factory=list)


def is_reminder_day(left: int) -> bool:
    """Whether units are reminded with so many days left (below zero: days over)."""
    return left in BEFORE or (left < 0 and left % AFTER == 0)


def open_rounds(today: datetime.date) -> list[ReportingRound]:
    """Rounds that take reports and have a deadline."""
    return list(
        ReportingRound.objects.filter(
            closed_at=None, opens_on__lte=today, due_before__isnull=False
        ).select_related("territory")
    )


def due_rounds(today: datetime.date) -> list[ReportingRound]:
    """Open rounds whose units are to be reminded today."""
    return [round_ for round_ in open_rounds(today) if is_reminder_day(days_left(round_))]


def owed(rounds: Collection[ReportingRound]) -> Iterable[Report]:
    """Reports of these rounds that the unit still owes: not submitted, or returned."""
    return (
        Report.objects.filter(
            round__in=rounds, status__in=(Report.Status.DRAFT, Report.Status.RETURNED)
        )
        .select_related("round__territory", "reporting_unit")
        .order_by("round", "reporting_unit__sort_key")
    )


def send(rounds: Collection[ReportingRound]) -> Sent:
    """Remind everybody who owes a report in these rounds, once a day each.

    The log is written before the message goes out, so that two runs at once cannot send it twice;
    a message that the mail server refuses leaves no line in it. Raises MailServerError if there is
    no talking to the server; what went out before stands in the log.
    """
    result = Sent()
    today = timezone.localdate()
    people = _people(rounds, today)
    connection = get_connection()
    for report in owed(rounds):
        for address in people.get(report.reporting_unit_id, ()):
            _remind(report, address, today, connection, result)
    return result


def _people(rounds: Collection[ReportingRound], today: datetime.date) -> dict[int, list[str]]:
    """Addresses of those who enter figures for a unit today, by unit."""
    members = (
        Membership.objects.valid_on(today)
        .filter(
            Q(reporting_unit__reports__round__in=rounds),
            role=Membership.Role.REPORTER,
            user__is_active=True,
        )
        .exclude(user__email="")
        .values_list("reporting_unit", "user__email")
        .distinct()
        .order_by("reporting_unit", "user__email")
    )
    found: dict[int, list[str]] = {}
    for unit, address in members:
        found.setdefault(unit, []).append(address)
    return found


def _remind(report: Report, address: str, today: datetime.date, connection, result: Sent) -> None:
    left = days_left(report.round)
    try:
        with transaction.atomic():
            log = Reminder.objects.create(
                report=report, address=address, sent_on=today, sent_at=timezone.now(),
                days_left=left,
            )  # fmt: skip
    except IntegrityError:
        result.already += 1
        return
    try:
        _message(report, address, left, connection).send()
    except (SMTPRecipientsRefused, SMTPDataError, SMTPSenderRefused):
        log.delete()
        result.failed.append(address)
    except (
        OSError
    ) as error:  # what else smtplib raises: nobody there, refused log-in, a broken line
        log.delete()
        raise MailServerError(str(error)) from error
    else:
        result.sent += 1


def _message(report: Report, address: str, left: int, connection) -> EmailMessage:
    """In Vietnamese: nobody's choice of language is known outside a request."""
    context = {
        "report": report,
        "round": report.round,
        "days_left": left,
        "days_over": -left,
        "is_returned": report.status == Report.Status.RETURNED,
        "address": f"{settings.SITE_URL}{reverse('reports:report', args=[report.pk])}",
    }
    with override(settings.LANGUAGE_CODE):
        subject = render_to_string("reports/email/reminder_subject.txt", context)
        body = render_to_string("reports/email/reminder.txt", context)
    return EmailMessage(" ".join(subject.split()), body, to=[address], connection=connection)
