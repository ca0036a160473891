"""One factory per model. Each makes the row asked for and what that row cannot stand without.

No surprises: no random data, nothing closed, approved or published unless the caller says so, and
no row that the model does not demand. Whole situations (a province, a round with its roster) are
fixtures in conftest.py.
"""

import datetime
from collections.abc import Iterable
from decimal import Decimal

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory
from simple_history.utils import bulk_create_with_history

from institutions import models as institutions
from institutions.names import slug, sort_key
from reports import models as reports
from targets import models as targets

REFORM = datetime.date(2025, 7, 1)
PASSWORD = "hoc-tap-suot-doi-2030"


def together(rows: Iterable) -> list:
    """Save rows of one model that a factory built, with their history, in a statement or two."""
    rows = list(rows)
    model = type(rows[0])
    if hasattr(model, "history"):
        return bulk_create_with_history(rows, model)
    return model.objects.bulk_create(rows)


def key_of_name():
    return factory.LazyAttribute(lambda row: sort_key(row.name))


# Institutions ------------------------------------------------------------------------------


class UserFactory(DjangoModelFactory):
    """A person without any right; the password is PASSWORD."""

    class Meta:
        model = institutions.User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"nguoi-dung-{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@vi-du.vn")
    last_name = "Nguyễn Văn"
    first_name = factory.Sequence(lambda n: f"Dùng {n}")

    @classmethod
    def _create(cls, model_class, *args, password=PASSWORD, **kwargs):
        return model_class.objects.create_user(*args, password=password, **kwargs)


class AdministrativeUnitFactory(DjangoModelFactory):
    """A unit of the map before the reform: a province unless `level` says otherwise."""

    class Meta:
        model = institutions.AdministrativeUnit

    level = "province"
    # Four digits: never the three of a district of the fixtures, however many tests ran before.
    code = factory.Sequence(lambda n: f"{n + 1000}")
    kind = factory.LazyAttribute(
        lambda unit: {"province": "tỉnh", "district": "huyện", "commune": "xã"}[unit.level]
    )
    name = factory.LazyAttribute(lambda unit: f"{unit.kind.capitalize()} Số {unit.code}")
    sort_key = key_of_name()
    slug = factory.LazyAttribute(
        lambda unit: slug(unit.name.removeprefix("Tỉnh ")) if unit.level == "province" else None
    )
    valid_to = REFORM


class ProvinceFactory(AdministrativeUnitFactory):
    pass


class DistrictFactory(AdministrativeUnitFactory):
    level = "district"
    parent = factory.SubFactory(ProvinceFactory)


class CommuneFactory(AdministrativeUnitFactory):
    level = "commune"
    code = factory.Sequence(lambda n: f"{n + 90000:05d}")
    parent = factory.SubFactory(DistrictFactory)


class SuccessionFactory(DjangoModelFactory):
    """A province of before the reform that went into one of after it."""

    class Meta:
        model = institutions.Succession

    predecessor = factory.SubFactory(ProvinceFactory)
    successor = factory.SubFactory(ProvinceFactory, valid_from=REFORM, valid_to=None)
    effective_on = REFORM


class ReportingUnitFactory(DjangoModelFactory):
    """An agency of a province."""

    class Meta:
        model = institutions.ReportingUnit

    code = factory.Sequence(lambda n: f"don-vi-{n}")
    name = factory.Sequence(lambda n: f"Đơn vị báo cáo {n}")
    sort_key = key_of_name()
    kind = "agency"
    territory = factory.SubFactory(ProvinceFactory)


class DistrictOfficeFactory(ReportingUnitFactory):
    """The office of a district, with the district's code and name."""

    kind = "district_office"
    administrative_unit = factory.SubFactory(
        DistrictFactory, parent=factory.SelfAttribute("..territory")
    )
    code = factory.SelfAttribute("administrative_unit.code")
    name = factory.LazyAttribute(lambda unit: f"UBND {unit.administrative_unit.name}")


class MembershipFactory(DjangoModelFactory):
    """Department staff of a province. For a reporter hand in role and reporting_unit."""

    class Meta:
        model = institutions.Membership

    user = factory.SubFactory(UserFactory)
    role = "department"
    territory = factory.SubFactory(ProvinceFactory)


class InstitutionFactory(DjangoModelFactory):
    """A library, open all the time. It stands nowhere until a PlacementFactory places it."""

    class Meta:
        model = institutions.Institution

    code = factory.Sequence(lambda n: f"98-TV-{n + 1000}")
    name = factory.Sequence(lambda n: f"Thư viện số {n + 1}")
    sort_key = key_of_name()
    kind = "library"


class ContinuationFactory(DjangoModelFactory):
    class Meta:
        model = institutions.Continuation

    predecessor = factory.SubFactory(InstitutionFactory)
    successor = factory.SubFactory(InstitutionFactory)
    date = datetime.date(2024, 1, 1)
    kind = "merged"


class PlacementFactory(DjangoModelFactory):
    """An institution of the district tier, reported by its unit and standing in that unit's
    territory and district."""

    class Meta:
        model = institutions.Placement

    institution = factory.SubFactory(InstitutionFactory)
    reporting_unit = factory.SubFactory(DistrictOfficeFactory)
    territory = factory.SelfAttribute("reporting_unit.territory")
    district = factory.LazyAttribute(
        lambda placement: (
            placement.reporting_unit.administrative_unit
            if placement.reporting_unit.kind == "district_office"
            else None
        )
    )
    tier = "district"


class ProposalFactory(DjangoModelFactory):
    """An open proposal of a library at the district."""

    class Meta:
        model = institutions.Proposal

    sort = "new"
    reporting_unit = factory.SubFactory(DistrictOfficeFactory)
    name = factory.Sequence(lambda n: f"Thư viện mới số {n + 1}")
    kind = "library"
    tier = "district"
    effective_on = datetime.date(2025, 3, 1)
    reason = "Quyết định thành lập"
    made_by = factory.SubFactory(UserFactory)
    made_at = factory.LazyFunction(timezone.now)


class ListImportFactory(DjangoModelFactory):
    """A list of institutions that was sent and not entered."""

    class Meta:
        model = institutions.ListImport

    territory = factory.SubFactory(ProvinceFactory)
    file = factory.django.FileField(
        filename="danh-sach.csv", data="Mã;Tên\n;Thư viện xã Đa Mai\n".encode()
    )
    name = "danh-sach.csv"
    sent_by = factory.SubFactory(UserFactory)


# Targets -----------------------------------------------------------------------------------


class IndicatorFactory(DjangoModelFactory):
    """A question answered by yes or no, asked of libraries."""

    class Meta:
        model = targets.Indicator
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"library.question_{n}")
    kind = "library"
    measure = "coverage"
    name = factory.LazyAttribute(lambda indicator: f"Nội dung {indicator.code}")
    name_en = factory.LazyAttribute(lambda indicator: f"Item {indicator.code}")
    question = factory.LazyAttribute(lambda indicator: f"Có {indicator.name}?")
    question_en = factory.LazyAttribute(lambda indicator: f"Is there {indicator.name_en}?")
    definition = "Có kế hoạch và hoạt động trong kỳ."
    definition_en = "A plan and an activity within the period."


class PlanFactory(DjangoModelFactory):
    class Meta:
        model = targets.Plan

    territory = factory.SubFactory(ProvinceFactory)


class PlanVersionFactory(DjangoModelFactory):
    """A draft. With status="published" it says when."""

    class Meta:
        model = targets.PlanVersion

    plan = factory.SubFactory(PlanFactory)
    number = factory.Sequence(lambda n: f"{n + 100}/KH-UBND")
    title = "Kế hoạch đẩy mạnh các hoạt động học tập suốt đời"
    issued_on = datetime.date(2023, 12, 25)
    in_force_from = factory.SelfAttribute("issued_on")
    report_before_month = 12
    report_before_day = 1
    text = "Phấn đấu 70% thư viện công cộng cấp huyện cung cấp dịch vụ học tập suốt đời."
    status = "draft"
    published_at = factory.LazyAttribute(
        lambda version: timezone.now() if version.status == "published" else None
    )


class TargetFactory(DjangoModelFactory):
    """A proposed target whose quote is the whole text of its plan.

    Hand in `quote` (a part of the text) for a shorter one; its places follow.
    """

    class Meta:
        model = targets.Target

    version = factory.SubFactory(PlanVersionFactory)
    indicator = factory.SubFactory(IndicatorFactory)
    tiers = ("district",)
    year = 2025
    minimum = Decimal(70)
    unit = "percent"
    basis = "stated"
    as_read = factory.LazyAttribute(
        lambda target: {
            "tiers": list(target.tiers),
            "year": target.year,
            "min": str(target.minimum),
            "unit": target.unit,
        }
    )
    quote = factory.SelfAttribute("version.text")
    quote_start = factory.LazyAttribute(lambda target: target.version.text.index(target.quote))
    quote_end = factory.LazyAttribute(lambda target: target.quote_start + len(target.quote))
    sentence_start = factory.LazyAttribute(
        lambda target: target.version.text.rfind("\n", 0, target.quote_start) + 1
    )
    sentence_end = factory.LazyAttribute(
        lambda target: (
            end
            if (end := target.version.text.find("\n", target.quote_end)) >= 0
            else len(target.version.text)
        )
    )
    state = "proposed"
    decided_at = factory.LazyAttribute(
        lambda target: None if target.state == "proposed" else timezone.now()
    )


class PlanDocumentFactory(DjangoModelFactory):
    """A file sent and waiting to be read."""

    class Meta:
        model = targets.PlanDocument

    file = factory.django.FileField(filename="ke-hoach.txt", data="Kế hoạch".encode())
    name = "ke-hoach.txt"
    sha256 = "0" * 64
    uploaded_by = factory.SubFactory(UserFactory)


# Reports -----------------------------------------------------------------------------------


class ReportingRoundFactory(DjangoModelFactory):
    """An open annual round of 2025 without a roster; the answers are of the old map's last day."""

    class Meta:
        model = reports.ReportingRound

    territory = factory.SubFactory(ProvinceFactory)
    year = 2025
    kind = "annual"
    period_from = factory.LazyAttribute(lambda r: datetime.date(r.year - 1, 7, 1))
    period_to = factory.LazyAttribute(lambda r: datetime.date(r.year, 6, 30))
    as_of = factory.SelfAttribute("period_to")
    opens_on = factory.LazyAttribute(lambda r: datetime.date(r.year, 10, 1))
    due_before = factory.LazyAttribute(
        lambda r: None if r.kind == "baseline" else datetime.date(r.year, 12, 1)
    )


class RoundLineFactory(DjangoModelFactory):
    """A district library on a round's roster."""

    class Meta:
        model = reports.RoundLine

    round = factory.SubFactory(ReportingRoundFactory)
    institution = factory.SubFactory(InstitutionFactory)
    kind = factory.SelfAttribute("institution.kind")
    tier = "district"
    reporting_unit = factory.SubFactory(
        DistrictOfficeFactory, territory=factory.SelfAttribute("..round.territory")
    )
    district = factory.SelfAttribute("reporting_unit.administrative_unit")


class ReportFactory(DjangoModelFactory):
    """A draft that nobody has begun. Other statuses say when."""

    class Meta:
        model = reports.Report

    round = factory.SubFactory(ReportingRoundFactory)
    reporting_unit = factory.SubFactory(
        DistrictOfficeFactory, territory=factory.SelfAttribute("..round.territory")
    )
    status = "draft"
    submitted_at = factory.LazyAttribute(
        lambda report: None if report.status == "draft" else timezone.now()
    )
    started_at = factory.SelfAttribute("submitted_at")
    first_submitted_at = factory.SelfAttribute("submitted_at")
    returned_at = factory.LazyAttribute(
        lambda report: timezone.now() if report.status == "returned" else None
    )
    approved_at = factory.LazyAttribute(
        lambda report: timezone.now() if report.status == "approved" else None
    )


class AttachmentFactory(DjangoModelFactory):
    class Meta:
        model = reports.Attachment

    report = factory.SubFactory(ReportFactory)
    file = factory.django.FileField(filename="cong-van.txt", data="Công văn".encode())
    name = "cong-van.txt"
    size = 11
    sha256 = "0" * 64
    uploaded_by = factory.SubFactory(UserFactory)


class IndicatorValueFactory(DjangoModelFactory):
    """A cell that nobody has filled, neither working nor approved."""

    class Meta:
        model = reports.IndicatorValue

    line = factory.SubFactory(RoundLineFactory)
    indicator = factory.SubFactory(IndicatorFactory)


class ImportBatchFactory(DjangoModelFactory):
    """A file that was previewed and not applied."""

    class Meta:
        model = reports.ImportBatch

    report = factory.SubFactory(ReportFactory)
    territory = factory.SelfAttribute("report.round.territory")
    file = factory.django.FileField(filename="so-lieu.csv", data=b"institution_code,name,note\n")
    name = "so-lieu.csv"
    sha256 = "0" * 64
    status = "previewed"
    applied_at = factory.LazyAttribute(
        lambda batch: timezone.now() if batch.status in ("applied", "undone") else None
    )
    undone_at = factory.LazyAttribute(
        lambda batch: timezone.now() if batch.status == "undone" else None
    )


class InspectionFactory(DjangoModelFactory):
    """A "yes" that was found on the spot, too."""

    class Meta:
        model = reports.Inspection

    line = factory.SubFactory(RoundLineFactory)
    indicator = factory.LazyAttribute(
        lambda inspection: IndicatorFactory(kind=inspection.line.kind)
    )
    inspected_on = factory.LazyAttribute(lambda inspection: inspection.line.round.opens_on)
    inspected_by = "Đoàn kiểm tra của Sở"
    outcome = "confirmed"
    reported_state = "yes"
    recorded_by = factory.SubFactory(UserFactory)
    recorded_at = factory.LazyFunction(timezone.now)


class ChangeFactory(DjangoModelFactory):
    """A blank cell that became "yes". The cell itself is left as it is."""

    class Meta:
        model = reports.Change

    value = factory.SubFactory(IndicatorValueFactory)
    at = factory.LazyFunction(timezone.now)
    by = factory.SubFactory(UserFactory)
    action = "entered"
    before_state = "blank"
    after_state = "yes"
