"""One year of one territory, and its roster: the denominator of every figure."""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from institutions.models import AdministrativeUnit, Institution, Kind, ReportingUnit, Tier


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
