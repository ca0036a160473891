"""What one reporting unit sends in a round: its report, with proofs, notes, reminders and files."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from institutions.models import ReportingUnit
from reports.models.rounds import ReportingRound


class Report(models.Model):
    """One reporting unit's part of a round: its status, short texts and two amounts."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        RETURNED = "returned", _("Returned")
        APPROVED = "approved", _("Approved")

    round = models.ForeignKey(
        ReportingRound, models.CASCADE, related_name="reports", verbose_name=_("round")
    )
    reporting_unit = models.ForeignKey(
        ReportingUnit, models.PROTECT, related_name="reports", verbose_name=_("reporting unit")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    # Empty: not begun. Set by the first value or text that is entered.
    started_at = models.DateTimeField(_("begun at"), null=True, blank=True)
    # The first submission decides whether the report came in time.
    first_submitted_at = models.DateTimeField(_("first submitted at"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("submitted by"),
    )
    returned_at = models.DateTimeField(_("returned at"), null=True, blank=True)
    returned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("returned by"),
    )
    return_message = models.TextField(_("why it was returned"), blank=True)
    # The return named texts, amounts and files: they are open beside the cells that it named.
    words_returned = models.BooleanField(_("texts and files returned"), default=False)
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    # The latest withdrawal of an approval; when and by whom it was given stays above.
    withdrawn_at = models.DateTimeField(_("approval withdrawn at"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approval withdrawn by"),
    )
    withdrawal_reason = models.TextField(_("why the approval was withdrawn"), blank=True)
    documents_issued = models.TextField(_("documents issued"), blank=True)
    communication = models.TextField(_("communication"), blank=True)
    difficulties = models.TextField(_("difficulties"), blank=True)
    proposals = models.TextField(_("proposals"), blank=True)
    budget = models.DecimalField(
        _("state budget, million VND"), max_digits=15, decimal_places=3, null=True, blank=True
    )
    mobilised = models.DecimalField(
        _("mobilised from society, million VND"),
        max_digits=15,
        decimal_places=3,
        null=True,
        blank=True,
    )

    history = HistoricalRecords()

    # The bulk approval that approved it, so that one can be taken back as a whole.
    bulk_approval = models.ForeignKey(
        "BulkApproval",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("approved together in"),
    )

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "reporting_unit"], name="one_report_per_round_and_unit"
            ),
            models.CheckConstraint(
                condition=~Q(status="submitted") | Q(submitted_at__isnull=False),
                name="submitted_reports_say_when",
            ),
            models.CheckConstraint(
                condition=~Q(status="approved") | Q(approved_at__isnull=False),
                name="approved_reports_say_when",
            ),
            models.CheckConstraint(
                condition=~Q(status="returned") | Q(returned_at__isnull=False),
                name="returned_reports_say_when",
            ),
            models.CheckConstraint(
                condition=(Q(budget=None) | Q(budget__gte=0))
                & (Q(mobilised=None) | Q(mobilised__gte=0)),
                name="amounts_not_below_zero",
            ),
        ]

    def __str__(self):
        return f"{self.round_id}: {self.reporting_unit_id}"

    def get_absolute_url(self):
        return reverse("reports:report", args=[self.pk])


class BulkApproval(models.Model):
    """Reports of one round that were approved in one step, which can be taken back as one."""

    round = models.ForeignKey(
        ReportingRound, models.PROTECT, related_name="bulk_approvals", verbose_name=_("round")
    )
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    undone_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("taken back by"),
    )

    class Meta:
        verbose_name = _("approval of several reports")
        verbose_name_plural = _("approvals of several reports")
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.round_id}, {self.at:%Y-%m-%d %H:%M}"


class Receipt(models.Model):
    """Proof of one submission of a report: what was sent, when, by whom. Never changed.

    `content` is the canonical text that `sha256` is taken of; `code` is what a stranger needs to
    check it.
    """

    report = models.ForeignKey(
        Report, models.PROTECT, related_name="receipts", verbose_name=_("report")
    )
    number = models.PositiveSmallIntegerField(_("submission no."))
    code = models.CharField(_("code"), max_length=32, unique=True)
    at = models.DateTimeField(_("submitted at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("submitted by"),
    )
    institutions = models.PositiveIntegerField(_("institutions"), default=0)
    filled = models.PositiveIntegerField(_("answers"), default=0)
    blank = models.PositiveIntegerField(_("not reported"), default=0)
    content = models.TextField(_("content"))
    # Whoever has the file finds its receipt by the hash alone.
    sha256 = models.CharField(_("SHA-256"), max_length=64, db_index=True)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering = ["report", "number"]
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="one_receipt_per_submission"),
        ]

    def __str__(self):
        return self.code


class CheckNote(models.Model):
    """A unit's explanation of what an edit check noticed about more than one cell.

    What a check noticed about one cell is explained on the value itself. `subject` names what the
    note is about, as the check names it; a note counts only while `seen` is still what the check
    sees there.
    """

    report = models.ForeignKey(
        Report, models.CASCADE, related_name="check_notes", verbose_name=_("report")
    )
    check_code = models.CharField(_("check"), max_length=40)
    subject = models.CharField(_("subject"), max_length=150)
    seen = models.CharField(_("what it noticed"), max_length=200, blank=True)
    text = models.TextField(_("explanation"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    at = models.DateTimeField(_("at"))

    # What an explanation said before it was replaced stays readable.
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("explanation")
        verbose_name_plural = _("explanations")
        constraints = [
            models.UniqueConstraint(
                fields=["report", "check_code", "subject"], name="one_note_per_check_and_subject"
            ),
        ]

    def __str__(self):
        return f"{self.report_id}: {self.check_code}"


class Reminder(models.Model):
    """One reminder that was sent: to whom, about which report, on which day."""

    report = models.ForeignKey(
        Report, models.CASCADE, related_name="reminders", verbose_name=_("report")
    )
    address = models.EmailField(_("address"))
    sent_on = models.DateField(_("sent on"))
    sent_at = models.DateTimeField(_("sent at"))
    days_left = models.SmallIntegerField(_("days left"))

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "address", "sent_on"], name="one_reminder_per_report_and_day"
            ),
        ]

    def __str__(self):
        return f"{self.report_id}: {self.address}, {self.sent_on}"


class Attachment(models.Model):
    """A file sent with a report, or as the evidence of one value of it."""

    report = models.ForeignKey(
        Report, models.CASCADE, related_name="attachments", verbose_name=_("report")
    )
    value = models.ForeignKey(
        "IndicatorValue",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="attachments",
        verbose_name=_("evidence of"),
    )
    file = models.FileField(_("file"), upload_to="attachments/%Y/")
    name = models.CharField(_("file name"), max_length=200)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self):
        return self.name
