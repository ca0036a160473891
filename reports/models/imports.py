"""A file of figures on its way into the reports."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from institutions.models import AdministrativeUnit
from reports.models.reports import Report


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

    def get_absolute_url(self):
        if self.report_id:
            return reverse("reports:import-preview", args=[self.pk])
        return reverse("reports:territory-import", args=[self.territory.slug, self.pk])
