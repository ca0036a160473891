"""The values, every change of them, and what was found of them on the spot."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.models.imports import ImportBatch
from reports.models.rounds import RoundLine
from targets.models import Indicator


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


class ChangeQuerySet(models.QuerySet):
    def update(self, **kwargs):
        raise ValidationError(_("A recorded change is never altered."))

    def delete(self):
        raise ValidationError(_("A recorded change is never removed."))


class Change(models.Model):
    """One change of a value: who, when, how, before, after and why. Append-only.

    Entering and correcting change the working value; approving and unapproving change the
    approved one; an erratum, after the round was closed, changes both and stands for the approved
    one. `before_*` and `after_*` are states of that side. An explanation leaves the working value
    as it is; its words are the reason.
    """

    class Action(models.TextChoices):
        ENTERED = "entered", _("entered")
        IMPORTED = "imported", _("imported")
        CORRECTED = "corrected", _("corrected by the Department")
        UNDONE = "undone", _("import undone")
        APPROVED = "approved", _("approved")
        UNAPPROVED = "unapproved", _("approval withdrawn")
        ERRATUM = "erratum", _("corrected after closing")
        EXPLAINED = "explained", _("explained")

    # What changes the working value, and what the approved one; an erratum changes both.
    WORKING = (Action.ENTERED, Action.IMPORTED, Action.CORRECTED, Action.UNDONE)
    APPROVING = (Action.APPROVED, Action.UNAPPROVED)

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
