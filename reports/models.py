"""The reporting year: rounds, their roster, reports, values and every change of a value.

Read it as a stranger's map (design section 3): a ReportingRound is one year of one territory. Its
RoundLines are the roster, the denominator of every figure. Each reporting unit owes one Report in
it. An IndicatorValue is one line × indicator, with the approved state kept beside the working
one. Changes are append-only: history, undo, errata and "as closed" are read from them.
"""

import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from institutions.models import AdministrativeUnit, Institution, Kind, ReportingUnit, Tier
from targets.models import Indicator


class ReportingRound(models.Model):
    """One year of one territory."""

    class Kind(models.TextChoices):
        BASELINE = "baseline", _("Baseline")
        ANNUAL = "annual", _("Annual")

    territory = models.ForeignKey(
        AdministrativeUnit,
        models.PROTECT,
        related_name="rounds",
        limit_choices_to={"level": "province"},
        verbose_name=_("territory"),
    )
    year = models.PositiveSmallIntegerField(_("year"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.ANNUAL)
    period_from = models.DateField(_("counts from"))
    period_to = models.DateField(_("counts to"), help_text=_("The last day that counts."))
    as_of = models.DateField(_("answers as of"))
    opens_on = models.DateField(_("opens on"))
    due_before = models.DateField(
        _("due before"),
        null=True,
        blank=True,
        help_text=_("A report received on this day is late. Empty for a baseline round."),
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("closed by"),
    )
    is_sample = models.BooleanField(_("sample figures"), default=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("reporting round")
        verbose_name_plural = _("reporting rounds")
        ordering = ["territory", "-year"]
        constraints = [
            models.UniqueConstraint(
                fields=["territory", "year"], name="one_round_per_territory_and_year"
            ),
            models.CheckConstraint(
                condition=Q(period_to__gte=F("period_from")), name="round_period_in_order"
            ),
            models.CheckConstraint(
                condition=Q(kind="baseline", due_before=None)
                | Q(kind="annual", due_before__isnull=False),
                name="annual_rounds_and_only_they_are_due",
            ),
        ]

    def __str__(self):
        return f"{self.territory_id}, {self.year}"

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    @property
    def last_day(self) -> datetime.date | None:
        """The last day on which a report is in time."""
        return self.due_before and self.due_before - datetime.timedelta(days=1)


class RoundLine(models.Model):
    """One institution on the roster of a round, as it stood on the round's `as_of`."""

    round = models.ForeignKey(
        ReportingRound, models.CASCADE, related_name="lines", verbose_name=_("round")
    )
    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="lines", verbose_name=_("institution")
    )
    kind = models.CharField(_("kind"), max_length=15, choices=Kind)
    tier = models.CharField(_("tier"), max_length=20, choices=Tier)
    district = models.ForeignKey(
        AdministrativeUnit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("district"),
    )
    commune = models.ForeignKey(
        AdministrativeUnit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("commune"),
    )
    reporting_unit = models.ForeignKey(
        ReportingUnit, models.PROTECT, related_name="lines", verbose_name=_("reporting unit")
    )

    class Meta:
        verbose_name = _("roster line")
        verbose_name_plural = _("roster lines")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "institution"], name="one_line_per_round_and_institution"
            ),
        ]
        indexes = [
            # The one query of reports/figures/counts.py walks a round by kind and tier.
            models.Index(fields=["round", "kind", "tier"]),
            # Grid, import and unit page read one reporting unit's part of a round.
            models.Index(fields=["round", "reporting_unit"]),
        ]

    def __str__(self):
        return f"{self.round_id}: {self.institution_id}"


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


class State(models.TextChoices):
    """What stands in a cell. Blank = not reported; never mixed with zero or not applicable."""

    BLANK = "blank", _("Not reported")
    YES = "yes", _("Yes")
    NO = "no", _("No")
    COUNT = "count", _("Count")
    NOT_APPLICABLE = "not_applicable", _("Not applicable")


class NotApplicableReason(models.TextChoices):
    UNDER_REPAIR = "under_repair", _("under repair or building")
    SUSPENDED = "suspended", _("operation suspended")
    NOT_YET_OPEN = "not_yet_open", _("not yet open in the period")
    OTHER_DUTY = "other_duty", _("serves another purpose")
    OTHER = "other", _("other, see note")


def state_fits(prefix: str = "") -> Q:
    """A count stands beside state "count" and nowhere else, and is not below zero."""
    state, count = f"{prefix}state", f"{prefix}count"
    return Q(**{state: State.COUNT, f"{count}__isnull": False, f"{count}__gte": 0}) | (
        Q(**{f"{count}__isnull": True}) & ~Q(**{state: State.COUNT})
    )


class IndicatorValue(models.Model):
    """One line × indicator: the working value, and beside it the approved one. Never deleted.

    Whether the state fits the indicator's measure cannot be a constraint (it reaches into another
    table): services hold it and `check_data` looks for breaches.
    """

    line = models.ForeignKey(
        RoundLine, models.PROTECT, related_name="values", verbose_name=_("roster line")
    )
    indicator = models.ForeignKey(
        Indicator, models.PROTECT, related_name="values", verbose_name=_("indicator")
    )
    state = models.CharField(_("state"), max_length=14, choices=State, default=State.BLANK)
    na_reason = models.CharField(
        _("why not applicable"), max_length=20, choices=NotApplicableReason, blank=True
    )
    count = models.BigIntegerField(_("count"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    evidence = models.TextField(_("evidence"), blank=True)
    # Why an edit check is to be taken back; `explained` is the answer it was written for.
    explanation = models.TextField(_("explanation"), blank=True)
    explained = models.CharField(_("answer explained"), max_length=60, blank=True)
    # Rises with every change of the working value: a save must name the version it saw.
    version = models.PositiveIntegerField(_("version"), default=0)
    # While the report is returned, only the cells with this mark are open to the unit.
    is_returned = models.BooleanField(_("returned"), default=False)
    return_message = models.TextField(_("what to correct"), blank=True)
    approved_state = models.CharField(
        _("approved state"), max_length=14, choices=State, default=State.BLANK
    )
    approved_na_reason = models.CharField(
        _("why not applicable, approved"), max_length=20, choices=NotApplicableReason, blank=True
    )
    approved_count = models.BigIntegerField(_("approved count"), null=True, blank=True)

    class Meta:
        verbose_name = _("value")
        verbose_name_plural = _("values")
        constraints = [
            models.UniqueConstraint(
                fields=["line", "indicator"], name="one_value_per_line_and_indicator"
            ),
            models.CheckConstraint(condition=state_fits(), name="count_fits_state"),
            models.CheckConstraint(
                condition=state_fits("approved_"), name="approved_count_fits_state"
            ),
            models.CheckConstraint(
                condition=Q(state="not_applicable") & ~Q(na_reason="")
                | ~Q(state="not_applicable") & Q(na_reason=""),
                name="not_applicable_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(approved_state="not_applicable") & ~Q(approved_na_reason="")
                | ~Q(approved_state="not_applicable") & Q(approved_na_reason=""),
                name="approved_not_applicable_has_a_reason",
            ),
        ]
        indexes = [
            # Covers the counts query: keyed by roster line, it never touches the table itself.
            models.Index(
                fields=["line", "indicator", "approved_state", "approved_count"],
                name="value_approved_counts",
            ),
        ]

    def __str__(self):
        return f"{self.line_id}, {self.indicator_id}: {self.state}"


class Inspection(models.Model):
    """One look on the spot ("kiểm tra, giám sát") at what an institution answered.

    Never altered: a record made by mistake is withdrawn with a reason. Of several that stand for
    one line and indicator, the latest day counts. `reported_*` is the working answer as it stood
    when the inspection was recorded: what the inspector held against the place.
    """

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed", _("Agrees")
        DIFFERS = "differs", _("Differs")

    line = models.ForeignKey(
        RoundLine, models.PROTECT, related_name="inspections", verbose_name=_("roster line")
    )
    indicator = models.ForeignKey(
        Indicator, models.PROTECT, related_name="+", verbose_name=_("indicator")
    )
    inspected_on = models.DateField(_("inspected on"))
    inspected_by = models.CharField(_("inspected by"), max_length=200)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    finding = models.TextField(_("what was found"), blank=True)
    reported_state = models.CharField(_("reported"), max_length=14, choices=State)
    reported_count = models.BigIntegerField(_("count reported"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("withdrawn by"),
    )
    withdrawal_reason = models.TextField(_("why it was withdrawn"), blank=True)

    class Meta:
        verbose_name = _("inspection")
        verbose_name_plural = _("inspections")
        ordering = ["-inspected_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=state_fits("reported_"), name="inspected_count_fits_state"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="differs") | ~Q(finding=""),
                name="differing_inspections_say_what",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawal_reason="")
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                & ~Q(withdrawal_reason=""),
                name="withdrawn_inspections_say_why",
            ),
        ]
        indexes = [models.Index(fields=["line", "indicator"], name="inspections_of_a_cell")]

    def __str__(self):
        return f"{self.line_id}, {self.indicator_id}: {self.inspected_on}"


class ImportBatch(models.Model):
    """One file sent for one report, or by the Department for a whole territory.

    Kept for good once it was applied; a preview goes when its sender previews another file. A file
    that is too large for one request is read and written by the worker: `done` of `total` rows
    tell how far that is.
    """

    class Status(models.TextChoices):
        READING = "reading", _("Being read")
        PREVIEWED = "previewed", _("Previewed")
        APPLYING = "applying", _("Being written")
        APPLIED = "applied", _("Applied")
        UNDONE = "undone", _("Undone")
        FAILED = "failed", _("Stopped")

    territory = models.ForeignKey(
        AdministrativeUnit,
        models.PROTECT,
        related_name="imports",
        limit_choices_to={"level": "province"},
        verbose_name=_("territory"),
    )
    # Empty: the file holds figures of several units or years of the territory.
    report = models.ForeignKey(
        Report,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="imports",
        verbose_name=_("report"),
    )
    file = models.FileField(_("file"), upload_to="imports/%Y/")
    name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PREVIEWED)
    # What the sender decided about the file: encoding, sheet, columns, answers to questions.
    choices = models.JSONField(_("choices"), default=dict, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("uploaded by"),
    )
    uploaded_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("applied by"),
    )
    # Knowingly without the rows that are wrong.
    accepted_valid = models.BooleanField(_("only the valid rows"), default=False)
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("undone by"),
    )
    rows = models.PositiveIntegerField(_("rows"), default=0)
    new = models.PositiveIntegerField(_("new"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    same = models.PositiveIntegerField(_("unchanged"), default=0)
    invalid = models.PositiveIntegerField(_("invalid"), default=0)
    passed_over = models.PositiveIntegerField(_("passed over"), default=0)
    done = models.PositiveIntegerField(_("rows done"), default=0)
    total = models.PositiveIntegerField(_("rows in all"), default=0)
    # The last sign of life of the worker, and why it stopped.
    seen_at = models.DateTimeField(_("last seen at"), null=True, blank=True)
    fault = models.CharField(_("why it stopped"), max_length=40, blank=True)
    # What the worker found, for the page: counts, errors, the plan's fingerprint.
    found = models.JSONField(_("found"), null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["applied", "undone"], applied_at__isnull=False)
                | Q(applied_at=None) & ~Q(status__in=["applied", "undone"]),
                name="applied_imports_say_when",
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=False) & Q(status="undone")
                | Q(undone_at=None) & ~Q(status="undone"),
                name="undone_imports_say_when",
            ),
        ]

    def __str__(self):
        return self.name


class ChangeQuerySet(models.QuerySet):
    def update(self, **kwargs):
        raise ValidationError(_("A recorded change is never altered."))

    def delete(self):
        raise ValidationError(_("A recorded change is never removed."))


class Change(models.Model):
    """One change of a value: who, when, how, before, after and why. Append-only.

    Entering and correcting change the working value; approving and unapproving change the
    approved one; an erratum, after the round was closed, changes both and stands for the approved
    one. `before_*` and `after_*` are states of that side.
    """

    class Action(models.TextChoices):
        ENTERED = "entered", _("entered")
        IMPORTED = "imported", _("imported")
        CORRECTED = "corrected", _("corrected by the Department")
        UNDONE = "undone", _("import undone")
        APPROVED = "approved", _("approved")
        UNAPPROVED = "unapproved", _("approval withdrawn")
        ERRATUM = "erratum", _("corrected after closing")

    value = models.ForeignKey(
        IndicatorValue, models.PROTECT, related_name="changes", verbose_name=_("value")
    )
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    action = models.CharField(_("action"), max_length=12, choices=Action)
    import_batch = models.ForeignKey(
        ImportBatch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="changes",
        verbose_name=_("import"),
    )
    before_state = models.CharField(_("state before"), max_length=14, choices=State)
    before_na_reason = models.CharField(max_length=20, choices=NotApplicableReason, blank=True)
    before_count = models.BigIntegerField(_("count before"), null=True, blank=True)
    after_state = models.CharField(_("state after"), max_length=14, choices=State)
    after_na_reason = models.CharField(max_length=20, choices=NotApplicableReason, blank=True)
    after_count = models.BigIntegerField(_("count after"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=state_fits("before_"), name="before_fits_state"),
            models.CheckConstraint(condition=state_fits("after_"), name="after_fits_state"),
            models.CheckConstraint(
                condition=Q(action="imported", import_batch__isnull=False) | ~Q(action="imported"),
                name="imported_changes_name_their_import",
            ),
            models.CheckConstraint(
                condition=~Q(action="erratum") | ~Q(reason=""), name="errata_have_a_reason"
            ),
        ]
        indexes = [
            # "As closed" looks for the few errata of a territory among millions of changes.
            models.Index(fields=["value", "at"], condition=Q(action="erratum"), name="errata"),
        ]

    def __str__(self):
        return f"{self.value_id}: {self.before_state} → {self.after_state}"

    def save(self, *args, **kwargs):
        if self.pk is not None:
            raise ValidationError(_("A recorded change is never altered."))
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise ValidationError(_("A recorded change is never removed."))
