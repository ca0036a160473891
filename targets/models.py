"""What is measured, and what each province's plan promises (design sections 3 and 4).

Plans are data: nothing in the code knows a province or its figures.
"""

import datetime
from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from institutions.models import AdministrativeUnit, Kind, Tier

PROGRAMME = "1520/QĐ-TTg"


class TierList(models.CharField):
    """A set of tiers, kept as sorted text ("district,province") so that it can be a unique key.

    In Python a tuple of tier values, sorted; empty = every tier of the indicator's kind.
    """

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 200)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def from_db_value(self, value, expression, connection):
        return self.to_python(value)

    def to_python(self, value):
        if value is None:
            return None
        if isinstance(value, str):
            value = [part.strip() for part in value.split(",") if part.strip()]
        tiers = tuple(sorted(set(value)))
        if unknown := set(tiers) - set(Tier.values):
            raise ValidationError(_("Unknown tier: %(tiers)s") % {"tiers": ", ".join(unknown)})
        return tiers

    def get_prep_value(self, value):
        return None if value is None else ",".join(self.to_python(value))

    def value_to_string(self, obj):
        return self.get_prep_value(self.value_from_object(obj))

    def formfield(self, **kwargs):
        return super().formfield(**{**kwargs, "empty_value": ()})

    def run_validators(self, value):
        super().run_validators(self.get_prep_value(value))


class IndicatorManager(models.Manager):
    def get_by_natural_key(self, code):
        return self.get(code=code)

    def asked_in(self, year: int):
        """The questions of a year: those in force by its end."""
        return self.filter(valid_from__lte=datetime.date(year, 12, 31))


class Indicator(models.Model):
    """One thing that institutions report every year. More indicators are data, not code."""

    class Measure(models.TextChoices):
        COVERAGE = "coverage", _("Share of institutions that say yes")
        GROWTH = "growth", _("Growth of a yearly count")

    code = models.CharField(_("code"), max_length=60, unique=True)
    kind = models.CharField(_("kind of institution"), max_length=15, choices=Kind)
    measure = models.CharField(_("measure"), max_length=10, choices=Measure)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    name = models.CharField(_("short name"), max_length=120)
    name_en = models.CharField(_("short name, English"), max_length=120)
    question = models.CharField(_("question"), max_length=300)
    question_en = models.CharField(_("question, English"), max_length=300)
    definition = models.TextField(_("what counts as yes, least evidence"))
    definition_en = models.TextField(_("what counts as yes, least evidence, English"))
    valid_from = models.DateField(_("valid from"), default=datetime.date(2022, 12, 9))

    objects = IndicatorManager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["position", "code"]

    def __str__(self):
        return self.label

    def natural_key(self):
        return (self.code,)

    @property
    def label(self) -> str:
        return self.name_en if get_language() == "en" else self.name

    @property
    def asked(self) -> str:
        return self.question_en if get_language() == "en" else self.question

    @property
    def defined(self) -> str:
        return self.definition_en if get_language() == "en" else self.definition

    @property
    def is_growth(self) -> bool:
        return self.measure == self.Measure.GROWTH


class Plan(models.Model):
    """A territory's plan under a programme; its documents are the versions."""

    territory = models.ForeignKey(
        AdministrativeUnit,
        models.PROTECT,
        related_name="plans",
        limit_choices_to={"level": "province"},
        verbose_name=_("territory"),
    )
    programme = models.CharField(_("programme"), max_length=60, default=PROGRAMME)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        constraints = [
            models.UniqueConstraint(
                fields=["territory", "programme"], name="one_plan_per_territory_and_programme"
            ),
        ]

    def __str__(self):
        return f"{self.programme}, {self.territory_id}"


class PlanVersionQuerySet(models.QuerySet):
    def published(self):
        return self.filter(status=PlanVersion.Status.PUBLISHED)


class PlanVersion(models.Model):
    """One document of a plan: the plan itself or a later amendment. Its text never changes.

    Which one amends which follows from their days: targets/amending/chain.py.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")

    class GrowthMethod(models.TextChoices):
        COMPOUND = "compound", _("Compound yearly rate")
        MEAN = "mean", _("Mean of the yearly rates")

    class CommuneScope(models.TextChoices):
        ALL = "all", _("Communes, wards and townships")
        RURAL = "rural", _("Communes (xã) only")

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="versions", verbose_name=_("plan"))
    number = models.CharField(_("number"), max_length=60)
    title = models.CharField(_("title"), max_length=500, blank=True)
    issued_on = models.DateField(_("issued on"))
    in_force_from = models.DateField(_("in force from"))
    # Reports are due before this day of each year: 12 and 1 for "trước ngày 01 tháng 12".
    report_before_month = models.PositiveSmallIntegerField(
        _("reports due before: month"), null=True, blank=True
    )
    report_before_day = models.PositiveSmallIntegerField(
        _("reports due before: day"), null=True, blank=True
    )
    # No plan states these four; a person is asked once per plan (design 5.4).
    baseline_year = models.PositiveSmallIntegerField(_("baseline year"), default=2022)
    growth_method = models.CharField(
        _("growth method"), max_length=10, choices=GrowthMethod, default=GrowthMethod.COMPOUND
    )
    growth_min_panel = models.PositiveSmallIntegerField(
        _("smallest panel for growth, per cent"), default=80
    )
    # Empty: not asked, as no target counted communes; then none of this version may count.
    commune_scope = models.CharField(
        _("communes that count"), max_length=8, choices=CommuneScope, blank=True, default=""
    )
    source_file = models.FileField(_("source file"), upload_to="plans/", blank=True)
    source_name = models.CharField(_("file name"), max_length=200, blank=True)
    source_sha256 = models.CharField(_("SHA-256 of the source"), max_length=64, blank=True)
    text = models.TextField(_("text"), help_text=_("NFC, as read; never changed later."))
    # Offset of the first character of each page; empty where the format knows no pages.
    page_starts = models.JSONField(_("starts of the pages"), default=list, blank=True)
    # [[start, end]]: words of a scan that the recognition was not sure of.
    doubts = models.JSONField(_("words hard to read"), default=list, blank=True)
    is_scan = models.BooleanField(_("read from a scan"), default=False)
    # [{"text", "start", "end", "reason"}]: sentences with a figure that gave no target.
    unread = models.JSONField(_("sentences not read"), default=list, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("registered by"),
    )
    registered_at = models.DateTimeField(_("registered at"), auto_now_add=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
    )
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    # The document is real, but the decisions on its targets were made for demonstration.
    is_sample = models.BooleanField(_("confirmed as sample"), default=False)

    objects = PlanVersionQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["text"])

    class Meta:
        verbose_name = _("plan version")
        verbose_name_plural = _("plan versions")
        ordering = ["plan", "in_force_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="one_version_per_number"),
            models.CheckConstraint(
                condition=Q(report_before_month=None, report_before_day=None)
                | Q(
                    report_before_month__gte=1,
                    report_before_month__lte=12,
                    report_before_day__gte=1,
                    report_before_day__lte=31,
                ),
                name="report_deadline_is_a_day",
            ),
            models.CheckConstraint(
                condition=Q(growth_min_panel__gte=1, growth_min_panel__lte=100),
                name="growth_panel_is_a_percentage",
            ),
            models.CheckConstraint(
                condition=Q(status="draft", published_at=None)
                | Q(status="published", published_at__isnull=False),
                name="published_versions_say_when",
            ),
        ]

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("targets:plan", args=[self.pk])

    def asks_which_communes(self, targets: Iterable["Target"]) -> bool:
        """Whether one of `targets` counts communes and nobody has said which those are."""
        counted = (
            target.counts == Target.Counts.COMMUNE and target.state != Target.State.REJECTED
            for target in targets
        )
        return not self.commune_scope and any(counted)

    def report_before(self, year: int) -> datetime.date | None:
        """The day before which reports of `year` are due, None when the plan names none."""
        if self.report_before_month is None:
            return None
        # 29 February in a common year: the day after the last one of the month.
        try:
            return datetime.date(year, self.report_before_month, self.report_before_day)
        except ValueError:
            return datetime.date(year, self.report_before_month + 1, 1)


class PlanDocument(models.Model):
    """A document on its way to a plan version: sent, read into text, its head to be checked.

    It goes when its version is made or its sender gives it up.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting to be read")
        READING = "reading", _("Being read")
        READ = "read", _("Read")
        REFUSED = "refused", _("Refused")

    file = models.FileField(_("file"), upload_to="plans/incoming/")
    name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    territory = models.ForeignKey(
        AdministrativeUnit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"level": "province"},
        verbose_name=_("territory"),
        help_text=_("Empty: as the document names it."),
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    # Code of targets.documents.DocumentProblem; words in targets/reasons.py.
    problem = models.CharField(_("why it was refused"), max_length=30, blank=True)
    pages = models.PositiveIntegerField(_("pages"), null=True, blank=True)
    pages_read = models.PositiveIntegerField(_("pages read"), default=0)
    # Says that the reading lives: a process that was stopped leaves no other trace.
    progressed_at = models.DateTimeField(_("progressed at"), null=True, blank=True)
    text = models.TextField(_("text"), blank=True)
    page_starts = models.JSONField(_("starts of the pages"), default=list, blank=True)
    doubts = models.JSONField(_("words hard to read"), default=list, blank=True)
    is_scan = models.BooleanField(_("read from a scan"), default=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)

    class Meta:
        verbose_name = _("incoming document")
        verbose_name_plural = _("incoming documents")
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("targets:document", args=[self.pk])


class SeenSentence(models.Model):
    """A sentence of a plan that was not read, and that a person has seen to be no target."""

    version = models.ForeignKey(
        PlanVersion, models.CASCADE, related_name="seen", verbose_name=_("plan version")
    )
    # Its place in `PlanVersion.unread`, from 1 on; that list stays as it was read.
    number = models.PositiveSmallIntegerField(_("number"))
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("seen by")
    )
    seen_at = models.DateTimeField(_("seen at"))

    class Meta:
        verbose_name = _("sentence seen")
        verbose_name_plural = _("sentences seen")
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="sentence_is_seen_once"),
        ]

    def __str__(self):
        return f"{self.version_id} ?{self.number}"


class TargetQuerySet(models.QuerySet):
    def waiting(self):
        """Targets on which nobody has decided."""
        return self.filter(state=Target.State.PROPOSED)

    def confirmed(self):
        return self.filter(state=Target.State.CONFIRMED)


class Target(models.Model):
    """One figure of a plan: indicator × tiers × year, with its place in the text."""

    class Unit(models.TextChoices):
        PERCENT = "percent", _("per cent")
        PERCENT_PER_YEAR = "percent_per_year", _("per cent a year")
        MILESTONE = "milestone", _("milestone")

    class Counts(models.TextChoices):
        INSTITUTION = "institution", _("institutions")
        COMMUNE = "commune", _("communes")

    class Basis(models.TextChoices):
        STATED = "stated", _("stated")
        IMPLIED = "implied", _("implied")
        CORRECTED = "corrected", _("corrected")
        ADDED = "added", _("added by a person")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Waiting for a decision")
        CONFIRMED = "confirmed", _("Confirmed")
        REJECTED = "rejected", _("Rejected")

    class Outcome(models.TextChoices):
        """What became of a target whose tier ended (design 5.7); empty while it stands."""

        ENDED = "ended", _("ended")
        CARRIED = "carried", _("carried to")
        SET_ANEW = "set_anew", _("set anew by")

    version = models.ForeignKey(
        PlanVersion, models.CASCADE, related_name="targets", verbose_name=_("plan version")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    indicator = models.ForeignKey(
        Indicator, models.PROTECT, related_name="targets", verbose_name=_("indicator")
    )
    tiers = TierList(_("tiers"), help_text=_("Empty: every tier of the kind."))
    period_start = models.PositiveSmallIntegerField(_("period starts in"), null=True, blank=True)
    year = models.PositiveSmallIntegerField(_("target year"))
    minimum = models.DecimalField(_("at least"), max_digits=7, decimal_places=2)
    maximum = models.DecimalField(
        _("at most"), max_digits=7, decimal_places=2, null=True, blank=True
    )
    unit = models.CharField(_("unit"), max_length=20, choices=Unit)
    counts = models.CharField(
        _("counts"), max_length=15, choices=Counts, default=Counts.INSTITUTION
    )
    question = models.CharField(
        _("own question"),
        max_length=300,
        blank=True,
        help_text=_("If the plan words it narrower than the indicator."),
    )
    basis = models.CharField(_("basis"), max_length=10, choices=Basis)
    # The target as the parser read it, kept whatever a person decides later; empty: added by hand.
    as_read = models.JSONField(_("as read"), default=dict, blank=True)
    # Other figures that the sentence allows, as strings of decimals.
    alternatives = models.JSONField(_("alternatives"), default=list, blank=True)
    # Codes of targets.parsing.ReviewReason; words in targets/reasons.py.
    review_reasons = models.JSONField(_("what to look at"), default=list, blank=True)
    quote = models.TextField(_("quote"))
    quote_start = models.PositiveIntegerField()
    quote_end = models.PositiveIntegerField()
    sentence_start = models.PositiveIntegerField()
    sentence_end = models.PositiveIntegerField()
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision_note = models.CharField(_("note on the decision"), max_length=300, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    outcome_basis = models.CharField(_("legal basis of the outcome"), max_length=300, blank=True)
    carried_to = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="carried_from",
        verbose_name=_("carried to"),
    )

    objects = TargetQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["version", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "indicator", "tiers", "year", "counts"],
                condition=~Q(state="rejected"),
                name="one_target_per_indicator_tiers_and_year",
            ),
            # What a misprint says may be proposed ("120 %", "15 - 10 %") and refused, never count.
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(maximum=None) | Q(maximum__gte=F("minimum")),
                name="target_range_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed")
                | Q(unit="percent_per_year")
                | Q(minimum__gte=0, minimum__lte=100),
                name="share_within_0_and_100",
            ),
            models.CheckConstraint(
                condition=Q(quote_end__gt=F("quote_start"))
                & Q(sentence_end__gte=F("quote_end"))
                & Q(sentence_start__lte=F("quote_start")),
                name="quote_within_its_sentence",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_at=None)
                | Q(decided_at__isnull=False) & ~Q(state="proposed"),
                name="decisions_say_when",
            ),
        ]

    def __str__(self):
        return f"{self.indicator_id} {','.join(self.tiers)} {self.year}"

    @property
    def needs_review(self) -> bool:
        return bool(self.review_reasons)

    @property
    def is_clear(self) -> bool:
        """Stated without a doubt: may be confirmed together with others."""
        return self.basis == self.Basis.STATED and not (self.review_reasons or self.alternatives)
