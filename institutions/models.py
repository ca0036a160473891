"""Who works here, the map with its dates, and the institutions on it (design section 3).

Nothing in this file knows of plans or figures. Every row that can end has `valid_from` and
`valid_to`; `valid_to` is exclusive and empty while the row is in force.
"""

import datetime

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

BEFORE_OUR_RECORDS = datetime.date(1900, 1, 1)
# The longest reason of a change of the register.
REASON_LENGTH = 500
# A renaming keeps its day before its reason, in the same column.
MOST_OF_A_REASON = REASON_LENGTH - len("01/01/2025: ")
# First words of the site's own addresses: a territory's slug is the first word of its pages.
RESERVED_SLUGS = frozenset(
    {"admin", "accounts", "i18n", "institutions", "plans", "reporting", "compare", "static"}
    | {"media", "units", "explain", "health", "api", "receipts"}
)


class Kind(models.TextChoices):
    """The three kinds of institution that the programme names."""

    LIBRARY = "library", _("Library")
    MUSEUM = "museum", _("Museum")
    CULTURE_CENTRE = "culture_centre", _("Culture centre")


class Tier(models.TextChoices):
    """The tier or type of an institution, in the order in which plans list them."""

    PROVINCE = "province", pgettext_lazy("tier", "Province level")
    DISTRICT = "district", pgettext_lazy("tier", "District level")
    COMMUNE = "commune", pgettext_lazy("tier", "Commune level")
    VILLAGE = "village", pgettext_lazy("tier", "Village level")
    GENERAL_SCHOOL = "general_school", pgettext_lazy("tier", "General schools")
    VOCATIONAL = "vocational", pgettext_lazy("tier", "Vocational education")
    OTHER_EDUCATION = "other_education", pgettext_lazy("tier", "Other education")
    UNIVERSITY = "university", pgettext_lazy("tier", "Universities")
    SPECIAL = "special", pgettext_lazy("tier", "Special libraries")
    ARMED_FORCES = "armed_forces", pgettext_lazy("tier", "Armed forces")
    COMMUNITY = "community", pgettext_lazy("tier", "Community")


class User(AbstractUser):
    """A person with an account. What they may do stands in their memberships."""

    email = models.EmailField(_("e-mail address"), unique=True)

    class Meta(AbstractUser.Meta):
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def get_full_name(self):
        """Family name first, as Vietnamese names are written."""
        return f"{self.last_name} {self.first_name}".strip()

    def get_short_name(self):
        """How the administration greets a person: a Vietnamese name is not cut."""
        return str(self)

    def __str__(self):
        return self.get_full_name() or self.username


class DatedQuerySet(models.QuerySet):
    """Rows with `valid_from` and an exclusive `valid_to`."""

    def valid_on(self, day: datetime.date):
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)


def is_valid_on(row: models.Model, day: datetime.date) -> bool:
    """What `valid_on` asks, of a row that was read already."""
    return row.valid_from <= day and (row.valid_to is None or day < row.valid_to)


def history_with_reasons() -> HistoricalRecords:
    """History whose reasons may be whole sentences, such as the decision behind a merger."""
    return HistoricalRecords(
        history_change_reason_field=models.CharField(max_length=REASON_LENGTH, null=True)
    )


def dates_in_order(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name=name
    )


class AdministrativeUnit(models.Model):
    """A province, district or commune of one map. Codes and names were reused after 01/7/2025."""

    class Level(models.TextChoices):
        PROVINCE = "province", _("Province")
        DISTRICT = "district", _("District")
        COMMUNE = "commune", _("Commune")

    level = models.CharField(_("level"), max_length=10, choices=Level)
    code = models.CharField(_("GSO code"), max_length=10)
    name = models.CharField(_("name"), max_length=150)
    kind = models.CharField(_("kind of unit"), max_length=30)
    sort_key = models.CharField(max_length=400, editable=False)
    # Only provinces have one; never a word that starts an address of the site.
    slug = models.SlugField(max_length=80, null=True, blank=True, unique=True)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    valid_from = models.DateField(_("valid from"), default=BEFORE_OUR_RECORDS)
    valid_to = models.DateField(_("valid to (exclusive)"), null=True, blank=True)
    latitude = models.DecimalField(
        _("latitude"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    longitude = models.DecimalField(
        _("longitude"), max_digits=9, decimal_places=6, null=True, blank=True
    )

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("administrative unit")
        verbose_name_plural = _("administrative units")
        ordering = ["level", "sort_key", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["level", "code", "valid_from"], name="one_unit_per_level_code_and_start"
            ),
            dates_in_order("unit_dates_in_order"),
            models.CheckConstraint(
                condition=Q(level="province", slug__isnull=False)
                | Q(slug__isnull=True) & ~Q(level="province"),
                name="only_provinces_have_a_slug",
            ),
        ]

    def __str__(self):
        return self.name

    def clean(self):
        """Keep the addresses of the site free."""
        if self.slug in RESERVED_SLUGS:
            message = _("The address /%(slug)s/ belongs to the site, not to a territory.")
            raise ValidationError({"slug": message % {"slug": self.slug}})

    @property
    def short_name(self) -> str:
        """The name without the kind of unit before it: "Bắc Kạn" for "Tỉnh Bắc Kạn"."""
        if self.name.lower().startswith(self.kind.lower() + " "):
            return self.name[len(self.kind) + 1 :]
        return self.name

    @property
    def in_phrase(self) -> str:
        """The name inside a phrase, its kind in small letters: "xã Đức Vân" for "Xã Đức Vân"."""
        if self.name.lower().startswith(self.kind.lower() + " "):
            return self.kind.lower() + self.name[len(self.kind) :]
        return self.name

    @property
    def last_day(self) -> datetime.date | None:
        """The last day on which the unit existed; None while it does."""
        return self.valid_to and self.valid_to - datetime.timedelta(days=1)


def place_words(*units: AdministrativeUnit | None) -> str:
    """Nested units as one place, the smallest first: "Xã Đức Vân, huyện Ngân Sơn"."""
    first, *others = [unit for unit in units if unit is not None] or [""]
    return ", ".join([str(first), *(unit.in_phrase for unit in others)])


class Succession(models.Model):
    """One administrative unit went, wholly or in part, into another. Many to many."""

    predecessor = models.ForeignKey(
        AdministrativeUnit,
        models.PROTECT,
        related_name="successions",
        verbose_name=_("former unit"),
    )
    successor = models.ForeignKey(
        AdministrativeUnit, models.PROTECT, related_name="origins", verbose_name=_("new unit")
    )
    # Where a unit was split: the part to which its figures go unless a person says otherwise.
    is_default = models.BooleanField(_("takes the figures by default"), default=True)
    effective_on = models.DateField(_("in force from"))
    legal_basis = models.CharField(_("legal basis"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("succession")
        verbose_name_plural = _("successions")
        constraints = [
            models.UniqueConstraint(
                fields=["predecessor", "successor", "effective_on"], name="succession_stated_once"
            ),
            models.UniqueConstraint(
                fields=["predecessor", "effective_on"],
                condition=Q(is_default=True),
                name="one_default_successor",
            ),
            models.CheckConstraint(
                condition=~Q(predecessor=F("successor")), name="successor_is_another_unit"
            ),
        ]

    def __str__(self):
        return f"{self.predecessor_id} → {self.successor_id}"


class ReportingUnit(models.Model):
    """Who sends figures: a district or commune office, or an agency of the province."""

    class Kind(models.TextChoices):
        DISTRICT_OFFICE = "district_office", _("District office")
        COMMUNE_OFFICE = "commune_office", _("Commune office")
        AGENCY = "agency", _("Agency")

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    sort_key = models.CharField(max_length=500, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    territory = models.ForeignKey(
        AdministrativeUnit,
        models.PROTECT,
        related_name="reporting_units",
        limit_choices_to={"level": "province"},
        verbose_name=_("territory"),
    )
    administrative_unit = models.ForeignKey(
        AdministrativeUnit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="offices",
        verbose_name=_("administrative unit"),
    )
    valid_from = models.DateField(_("valid from"), default=BEFORE_OUR_RECORDS)
    valid_to = models.DateField(_("valid to (exclusive)"), null=True, blank=True)
    successors = models.ManyToManyField(
        "self",
        symmetrical=False,
        blank=True,
        related_name="predecessors",
        verbose_name=_("successors"),
    )

    objects = DatedQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("reporting unit")
        verbose_name_plural = _("reporting units")
        ordering = ["territory", "sort_key"]
        constraints = [
            dates_in_order("reporting_unit_dates_in_order"),
            models.CheckConstraint(
                condition=Q(kind="agency") | Q(administrative_unit__isnull=False),
                name="offices_have_an_administrative_unit",
            ),
        ]

    def __str__(self):
        return self.name


class Membership(models.Model):
    """What one person is in one territory, for a time (design section 9)."""

    class Role(models.TextChoices):
        REPORTER = "reporter", _("Reporting official")
        DEPARTMENT = "department", _("Department staff")
        LEADER = "leader", _("Leadership")

    user = models.ForeignKey(
        User, models.CASCADE, related_name="memberships", verbose_name=_("user")
    )
    role = models.CharField(_("role"), max_length=12, choices=Role)
    territory = models.ForeignKey(
        AdministrativeUnit,
        models.PROTECT,
        null=True,
        blank=True,
        limit_choices_to={"level": "province"},
        verbose_name=_("territory"),
        help_text=_("Empty for a national leader only."),
    )
    reporting_unit = models.ForeignKey(
        ReportingUnit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("reporting unit"),
        help_text=_("For reporting officials only."),
    )
    valid_from = models.DateField(_("valid from"), default=BEFORE_OUR_RECORDS)
    valid_to = models.DateField(_("valid to (exclusive)"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            dates_in_order("membership_dates_in_order"),
            models.CheckConstraint(
                condition=Q(role="reporter", reporting_unit__isnull=False)
                | Q(reporting_unit__isnull=True) & ~Q(role="reporter"),
                name="reporters_and_only_they_have_a_unit",
            ),
            models.CheckConstraint(
                condition=Q(role="leader") | Q(territory__isnull=False),
                name="only_leaders_are_national",
            ),
        ]

    def __str__(self):
        return f"{self.user_id}: {self.get_role_display()}"

    def clean(self):
        """Say beside the field, in words, what the constraints would refuse by their names."""
        errors = {}
        is_reporter = self.role == self.Role.REPORTER
        if is_reporter and self.reporting_unit_id is None:
            errors["reporting_unit"] = _("Choose the unit that this person reports for.")
        if not is_reporter and self.reporting_unit_id is not None:
            errors["reporting_unit"] = _("Leave this empty: only reporting officials have a unit.")
        if self.role != self.Role.LEADER and self.territory_id is None:
            errors["territory"] = _("Choose the territory: only a national leader has none.")
        elif (
            is_reporter
            and self.reporting_unit_id is not None
            and self.reporting_unit.territory_id != self.territory_id
        ):
            errors["reporting_unit"] = _("The reporting unit belongs to another territory.")
        if errors:
            raise ValidationError(errors)


class Institution(models.Model):
    """A library, museum or culture centre. Where it stands and who reports it: its placements."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=250)
    sort_key = models.CharField(max_length=600, editable=False)
    kind = models.CharField(_("kind"), max_length=15, choices=Kind)
    opened_on = models.DateField(
        _("opened on"), null=True, blank=True, help_text=_("Empty when not known.")
    )
    closed_on = models.DateField(
        _("closed on"), null=True, blank=True, help_text=_("The first day without the institution.")
    )
    is_sample = models.BooleanField(
        _("sample data"), default=False, help_text=_("Invented for demonstration, never reported.")
    )

    history = history_with_reasons()

    class Meta:
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")
        ordering = ["sort_key", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opened_on=None) | Q(closed_on=None) | Q(closed_on__gt=F("opened_on")),
                name="institution_dates_in_order",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("institutions:detail", args=[self.code])


class Continuation(models.Model):
    """One institution goes on in another: its base-year count is read with the successor."""

    class Kind(models.TextChoices):
        MERGED = "merged", _("merged into")
        BRANCH = "branch", _("became a branch of")
        SPLIT = "split", _("split into")

    predecessor = models.ForeignKey(
        Institution,
        models.PROTECT,
        related_name="continuations",
        verbose_name=_("former institution"),
    )
    successor = models.ForeignKey(
        Institution, models.PROTECT, related_name="origins", verbose_name=_("new institution")
    )
    date = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)

    history = history_with_reasons()

    class Meta:
        verbose_name = _("continuation")
        verbose_name_plural = _("continuations")
        constraints = [
            models.UniqueConstraint(
                fields=["predecessor", "successor"], name="continuation_stated_once"
            ),
            models.CheckConstraint(
                condition=~Q(predecessor=F("successor")), name="continued_in_another_institution"
            ),
        ]

    def __str__(self):
        return f"{self.predecessor_id} → {self.successor_id}"


class PlacementQuerySet(DatedQuerySet):
    def last_known(self, territory_ids=None):
        """Of each institution the newest row, looking at these territories only (None: at all).

        An institution that moved on still shows its last place in the territory that it left.
        """
        rows, later = self, Placement.objects.all()
        if territory_ids is not None:
            rows = rows.filter(territory__in=territory_ids)
            later = later.filter(territory__in=territory_ids)
        return rows.filter(
            ~Exists(
                later.filter(
                    institution=OuterRef("institution"), valid_from__gt=OuterRef("valid_from")
                )
            )
        )


class Placement(models.Model):
    """Where an institution stands, on which tier, and who reports it, for a time.

    Overlaps are refused by the service and found by `check_data`: neither database at hand can
    hold an exclusion constraint.
    """

    institution = models.ForeignKey(
        Institution, models.CASCADE, related_name="placements", verbose_name=_("institution")
    )
    territory = models.ForeignKey(
        AdministrativeUnit,
        models.PROTECT,
        related_name="+",
        limit_choices_to={"level": "province"},
        verbose_name=_("territory"),
    )
    district = models.ForeignKey(
        AdministrativeUnit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"level": "district"},
        verbose_name=_("district"),
    )
    commune = models.ForeignKey(
        AdministrativeUnit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"level": "commune"},
        verbose_name=_("commune"),
    )
    tier = models.CharField(_("tier"), max_length=20, choices=Tier)
    reporting_unit = models.ForeignKey(
        ReportingUnit,
        models.PROTECT,
        related_name="placements",
        verbose_name=_("reporting unit"),
    )
    valid_from = models.DateField(_("valid from"), default=BEFORE_OUR_RECORDS)
    valid_to = models.DateField(_("valid to (exclusive)"), null=True, blank=True)

    objects = PlacementQuerySet.as_manager()
    history = history_with_reasons()

    class Meta:
        verbose_name = _("placement")
        verbose_name_plural = _("placements")
        ordering = ["institution", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "valid_from"], name="one_placement_per_start"
            ),
            models.UniqueConstraint(
                fields=["institution"], condition=Q(valid_to=None), name="one_open_placement"
            ),
            dates_in_order("placement_dates_in_order"),
        ]
        # Opening a round reads every institution of one territory.
        indexes = [models.Index(fields=["territory", "valid_from"])]

    def __str__(self):
        return f"{self.institution_id}: {self.get_tier_display()}"

    @property
    def place(self) -> str:
        """Where the institution stands, the smallest unit first."""
        return place_words(self.commune, self.district, self.territory)

    @property
    def last_day(self) -> datetime.date | None:
        """The last day of the placement; None while it is in force."""
        return self.valid_to and self.valid_to - datetime.timedelta(days=1)


class Proposal(models.Model):
    """What a reporting unit asks the Department to change in the register. Decided once.

    A new institution: name, kind, tier and place as the unit states them. A closure: the
    institution and its first day without it.
    """

    class Sort(models.TextChoices):
        NEW = "new", _("New institution")
        CLOSURE = "closure", _("Closure")

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("proposal", "Waits for the Department")
        ACCEPTED = "accepted", pgettext_lazy("proposal", "Accepted")
        REFUSED = "refused", pgettext_lazy("proposal", "Refused")
        TAKEN_BACK = "taken_back", pgettext_lazy("proposal", "Taken back")

    sort = models.CharField(_("sort"), max_length=10, choices=Sort)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    reporting_unit = models.ForeignKey(
        ReportingUnit,
        models.PROTECT,
        related_name="proposals",
        verbose_name=_("reporting unit"),
    )
    # The institution to close; once accepted, the one that was added.
    institution = models.ForeignKey(
        Institution,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proposals",
        verbose_name=_("institution"),
    )
    name = models.CharField(_("name"), max_length=250, blank=True)
    kind = models.CharField(_("kind"), max_length=15, choices=Kind, blank=True)
    tier = models.CharField(_("tier"), max_length=20, choices=Tier, blank=True)
    commune = models.ForeignKey(
        AdministrativeUnit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"level": "commune"},
        verbose_name=_("commune"),
    )
    # Opened on, or the first day without the institution.
    effective_on = models.DateField(_("from"))
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"))
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=REASON_LENGTH, blank=True)

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sort="closure", institution__isnull=False)
                | Q(sort="new") & ~Q(name="") & ~Q(kind="") & ~Q(tier=""),
                name="proposals_name_their_institution",
            ),
            models.CheckConstraint(
                condition=Q(status="open", decided_at=None)
                | ~Q(status="open") & Q(decided_at__isnull=False),
                name="decided_proposals_say_when",
            ),
            models.CheckConstraint(
                condition=~Q(status="refused") | ~Q(answer=""), name="refused_proposals_say_why"
            ),
            models.UniqueConstraint(
                fields=["institution"],
                condition=Q(status="open", sort="closure"),
                name="one_open_closure_per_institution",
            ),
        ]

    def __str__(self):
        return self.name or f"{self.sort}: {self.institution_id}"


class ListImport(models.Model):
    """One list of institutions sent by the Department: shown, then entered or not.

    Kept for good once it was entered; a preview goes when its sender shows another file.
    """

    territory = models.ForeignKey(
        AdministrativeUnit,
        models.PROTECT,
        related_name="list_imports",
        limit_choices_to={"level": "province"},
        verbose_name=_("territory"),
    )
    file = models.FileField(_("file"), upload_to="lists/%Y/")
    name = models.CharField(_("file name"), max_length=255)
    sent_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("sent by"))
    sent_at = models.DateTimeField(_("sent at"), auto_now_add=True)
    applied_at = models.DateTimeField(_("entered at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH, blank=True)
    # Rows by what became of them: new, changed, same, doubtful, invalid.
    tally = models.JSONField(_("result"), default=dict, blank=True)

    class Meta:
        verbose_name = _("list of institutions")
        verbose_name_plural = _("lists of institutions")
        ordering = ["-sent_at", "-pk"]

    def __str__(self):
        return self.name
