"""All sample data, in order. Each province is made wholly or not at all."""

import datetime
from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from institutions.models import AdministrativeUnit, User
from reports.sample.figures import make_rounds
from reports.sample.inspections import make_inspections
from reports.sample.institutions import make_institutions
from reports.sample.people import make_accounts, make_national_accounts, make_reporting_units
from reports.sample.provinces import PROVINCES, Province
from targets.intake.services import register_plan
from targets.models import PlanVersion
from targets.services import confirm_target, publish

SAMPLE_DECISION = "Xác nhận để minh hoạ, chưa phải quyết định của Sở VHTTDL."
PLANS = settings.BASE_DIR / "fixtures" / "plans"


def make_sample(
    say: Callable[[str], None] = lambda line: None, *, today: datetime.date | None = None
) -> None:
    """Make what is missing of both sample provinces; `say` is told of each step.

    Needs the administrative units and the indicators. What exists is kept as it is.
    """
    today = today or timezone.localdate()
    make_national_accounts()
    for province in PROVINCES:
        with transaction.atomic():
            _make_province(province, say, today)


def territory_of(province: Province) -> AdministrativeUnit | None:
    """The province on the map of before 01/7/2025, if the map is loaded.

    The code alone would also name a province of after it.
    """
    return AdministrativeUnit.objects.filter(
        level=AdministrativeUnit.Level.PROVINCE,
        code=province.code,
        valid_to=datetime.date(2025, 7, 1),
    ).first()


def _make_province(province: Province, say: Callable[[str], None], today: datetime.date) -> None:
    territory = territory_of(province)
    units = make_reporting_units(province, territory)
    people = make_accounts(province, territory, units)
    version = make_plan(province, territory, people["department"])
    named = {"province": province.name}
    if version is not None:
        named |= {"number": version.number, "count": version.targets.confirmed().count()}
        say(_("%(province)s: plan %(number)s, %(count)s targets, confirmed as sample") % named)
    if made := make_institutions(province, territory, units):
        say(_("%(province)s: %(count)s sample institutions") % {**named, "count": made})
    for year in make_rounds(province, territory, people, today):
        make_inspections(territory, year, people["department"], today)
        say(_("%(province)s: sample figures of %(year)s") % {**named, "year": year})


def make_plan(province: Province, territory: AdministrativeUnit, user: User) -> PlanVersion | None:
    """Register the province's real plan and confirm what was read, marked as a sample decision.

    None if the territory has a plan already, in whatever state people brought it.
    """
    if PlanVersion.objects.filter(plan__territory=territory).exists():
        return None
    path = PLANS / province.plan
    version = register_plan(content=path.read_bytes(), file_name=path.name, user=user)
    for target in version.targets.waiting():
        confirm_target(target, user, note=SAMPLE_DECISION)
    version.is_sample = True
    version.save(update_fields=["is_sample"])
    return publish(version, user)
