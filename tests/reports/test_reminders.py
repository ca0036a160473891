"""Reminders of reports that are due."""

import datetime
from smtplib import SMTPRecipientsRefused

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.urls import reverse

from reports.models import Reminder, Report
from reports.rounds import reminders
from tests import factories

pytestmark = pytest.mark.django_db


class Refusing(EmailBackend):
    """A mail server that does not know anybody."""

    def send_messages(self, messages):
        raise SMTPRecipientsRefused({})


class Unreachable(EmailBackend):
    def send_messages(self, messages):
        raise ConnectionRefusedError("nobody there")


@pytest.fixture
def due(open_round, reporter, clock):
    """The round on the third day before its last one."""
    clock((open_round.last_day - datetime.timedelta(days=3)).isoformat())
    return open_round


@pytest.mark.parametrize(
    ("left", "expected"),
    [(15, False), (14, True), (7, True), (3, True), (2, False), (1, True), (0, True), (-1, False),
     (-7, True), (-8, False), (-14, True)],
)  # fmt: skip
def test_reminder_days_are_few(left, expected):
    assert reminders.is_reminder_day(left) is expected


def test_reminder_goes_to_the_people_of_the_unit_and_is_logged(due, reporter, mailoutbox):
    call_command("send_reminders")
    assert [message.to for message in mailoutbox] == [[reporter.email]]
    log = Reminder.objects.get()
    assert (log.address, log.days_left) == (reporter.email, 3)
    assert log.report.reporting_unit.code == "981"


def test_reminder_says_in_vietnamese_what_is_due_and_where(due, mailoutbox, settings):
    settings.SITE_URL = "https://hoctap.example.vn"
    call_command("send_reminders")
    message = mailoutbox[0]
    assert due.last_day.strftime("%d/%m/%Y") in message.subject
    report = Report.objects.get(round=due, reporting_unit__code="981")
    assert f"https://hoctap.example.vn{report.get_absolute_url()}" in message.body
    assert "còn 3 ngày" in message.body
    assert "Thư này được gửi tự động" in message.body


def test_nobody_is_reminded_twice_on_one_day(due, mailoutbox, clock):
    call_command("send_reminders")
    call_command("send_reminders")
    assert len(mailoutbox) == 1
    clock((due.last_day - datetime.timedelta(days=1)).isoformat())
    call_command("send_reminders")
    assert len(mailoutbox) == 2


def test_submitted_reports_are_left_alone(due, mailoutbox):
    Report.objects.filter(round=due).update(
        status="submitted", submitted_at=datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)
    )
    call_command("send_reminders")
    assert mailoutbox == []


def test_returned_report_is_reminded_of_with_its_message(due, mailoutbox):
    Report.objects.filter(round=due, reporting_unit__code="981").update(
        status="returned",
        returned_at=datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC),
        return_message="Kiểm tra lại số lượt <2024>",
    )
    call_command("send_reminders")
    assert "trả lại" in mailoutbox[0].subject
    assert "Kiểm tra lại số lượt <2024>" in mailoutbox[0].body


def test_line_breaks_in_names_never_reach_the_subject(due, mailoutbox, units):
    units["981"].name = "UBND huyện\nBcc: moi-nguoi@example.vn"
    units["981"].save()
    call_command("send_reminders")
    assert "\n" not in mailoutbox[0].subject
    assert mailoutbox[0].bcc == []


def test_days_between_send_nothing_unless_asked_for(open_round, reporter, clock, mailoutbox):
    clock((open_round.last_day - datetime.timedelta(days=5)).isoformat())
    call_command("send_reminders")
    assert mailoutbox == []
    call_command("send_reminders", "--now")
    assert len(mailoutbox) == 1


def test_inactive_and_former_people_get_nothing(due, reporter, units, territory, mailoutbox):
    reporter.is_active = False
    reporter.save()
    former = factories.UserFactory()
    factories.MembershipFactory(
        user=former, role="reporter", territory=territory, reporting_unit=units["981"],
        valid_to=due.opens_on,
    )  # fmt: skip
    call_command("send_reminders")
    assert mailoutbox == []


def test_refused_address_leaves_no_line_in_the_log(due, reporter, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    with pytest.raises(CommandError, match=reporter.email):
        call_command("send_reminders")
    assert not Reminder.objects.exists()


def test_unreachable_server_stops_the_run_and_leaves_no_line(due, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Unreachable"
    with pytest.raises(CommandError, match="nobody there"):
        call_command("send_reminders")
    assert not Reminder.objects.exists()


def test_department_sends_reminders_from_the_page(due, as_staff, mailoutbox):
    address = reverse("reports:round-remind", args=[due.pk])
    as_staff.post(address)
    as_staff.post(address)
    assert len(mailoutbox) == 1


def test_page_tells_of_an_unreachable_server(due, as_staff, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Unreachable"
    response = as_staff.post(reverse("reports:round-remind", args=[due.pk]), follow=True)
    assert "máy chủ thư" in response.content.decode()
