"""The administration: usable, read-only where the design says so, the same queries for any list."""

import io

import openpyxl
import pytest
from django.contrib import admin
from django.urls import reverse

from institutions.models import (
    AdministrativeUnit,
    Institution,
    Membership,
    Placement,
    ReportingUnit,
    Succession,
    User,
)
from institutions.names import sort_key
from reports.models import (
    Change,
    ImportBatch,
    IndicatorValue,
    Report,
    ReportingRound,
    RoundLine,
)
from targets.models import Indicator, Plan, PlanVersion, Target
from tests import factories

LOOKED_AT = [
    (Plan, factories.PlanFactory),
    (PlanVersion, factories.PlanVersionFactory),
    (Target, factories.TargetFactory),
    (ReportingRound, factories.ReportingRoundFactory),
    (RoundLine, factories.RoundLineFactory),
    (Report, factories.ReportFactory),
    (IndicatorValue, factories.IndicatorValueFactory),
    (Change, factories.ChangeFactory),
    (ImportBatch, factories.ImportBatchFactory),
]


def placed_institution():
    return factories.PlacementFactory().institution


KEPT = [
    (User, factories.UserFactory),
    (Membership, factories.MembershipFactory),
    (AdministrativeUnit, factories.ProvinceFactory),
    (Succession, factories.SuccessionFactory),
    (ReportingUnit, factories.ReportingUnitFactory),
    (Institution, placed_institution),
    (Indicator, factories.IndicatorFactory),
]
OURS = LOOKED_AT + KEPT
of_model = pytest.mark.parametrize(
    ("model", "factory"), OURS, ids=[model.__name__ for model, _ in OURS]
)


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@of_model
def test_list_and_page_open(as_administrator, model, factory):
    row = factory()
    assert as_administrator.get(address(model, "changelist")).status_code == 200
    assert as_administrator.get(address(model, "change", row.pk)).status_code == 200


@of_model
def test_search_of_a_list_works(as_administrator, model, factory):
    factory()
    if admin.site.get_model_admin(model).search_fields:
        response = as_administrator.get(address(model, "changelist"), {"q": "98-TV"})
        assert response.status_code == 200


# Session, user, number of rows (and of all rows, unless the table is large), the rows; beside them
# the choices of filters, and for people and institutions what belongs to each row, prefetched.
QUERIES = {
    Plan: 6,
    PlanVersion: 6,
    Target: 8,
    ReportingRound: 7,
    RoundLine: 5,
    Report: 7,
    IndicatorValue: 6,
    Change: 4,
    ImportBatch: 6,
    User: 6,
    Membership: 6,
    AdministrativeUnit: 5,
    Succession: 5,
    ReportingUnit: 6,
    Institution: 9,
    Indicator: 5,
}


@pytest.mark.parametrize("n", [1, 3])
@of_model
def test_list_query_count_is_constant(
    as_administrator, model, factory, n, django_assert_num_queries
):
    for _ in range(n):
        factory()
    with django_assert_num_queries(QUERIES[model]):
        as_administrator.get(address(model, "changelist"))


@pytest.mark.parametrize(
    ("model", "factory"), LOOKED_AT, ids=[model.__name__ for model, _ in LOOKED_AT]
)
def test_administrator_looks_but_does_not_enter(as_administrator, model, factory):
    row = factory()
    assert as_administrator.get(address(model, "add")).status_code == 403
    assert as_administrator.post(address(model, "change", row.pk), {}).status_code == 403
    assert (
        as_administrator.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    )
    assert model.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("client", ["as_staff", "as_reporter", "as_leader"])
def test_administration_is_the_administrators_own(client, request):
    response = request.getfixturevalue(client).get("/admin/", follow=True)
    assert response.status_code == 403


def test_administration_asks_strangers_to_log_in_at_the_one_place(client, db):
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0].startswith("/accounts/login/")


@pytest.mark.parametrize(
    ("model", "factory"),
    [pair for pair in OURS if hasattr(pair[0], "history")],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_history_of_a_row_opens(as_administrator, model, factory):
    row = factory()
    assert as_administrator.get(address(model, "history", row.pk)).status_code == 200


# Accounts -----------------------------------------------------------------------------------


def test_account_is_made_with_its_membership(as_administrator, territory):
    as_administrator.post(
        address(User, "add"),
        {
            "username": "moi", "email": "moi@vi-du.vn", "last_name": "Lý", "first_name": "Nam",
            "usable_password": "true", "password1": "hoc-suot-doi-9", "password2": "hoc-suot-doi-9",
            "memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0,
        },
    )  # fmt: skip
    user = User.objects.get(username="moi")
    as_administrator.post(
        address(User, "change", user.pk),
        {
            "username": "moi", "email": "moi@vi-du.vn", "last_name": "Lý", "first_name": "Nam",
            "is_active": "on",
            "memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 0,
            "memberships-0-role": "department", "memberships-0-territory": territory.pk,
            "memberships-0-valid_from": "01/01/2025",
        },
    )  # fmt: skip
    assert [(m.role, m.territory) for m in user.memberships.all()] == [("department", territory)]


@pytest.mark.parametrize(
    ("role", "has_territory", "has_unit", "said"),
    [
        ("reporter", True, False, ["reporting_unit"]),
        ("department", True, True, ["reporting_unit"]),
        ("department", False, False, ["territory"]),
        ("reporter", False, False, ["reporting_unit", "territory"]),
    ],
)
def test_membership_that_makes_no_sense_is_refused_beside_its_field(
    as_administrator, territory, role, has_territory, has_unit, said
):
    user, unit = factories.UserFactory(), factories.ReportingUnitFactory(territory=territory)
    response = as_administrator.post(
        address(Membership, "add"),
        {
            "user": user.pk,
            "role": role,
            "territory": territory.pk if has_territory else "",
            "reporting_unit": unit.pk if has_unit else "",
            "valid_from": "01/01/2025",
        },
    )
    # Nothing under "__all__": there the database's constraints would speak, by their names.
    assert sorted(response.context["adminform"].form.errors) == said
    assert not user.memberships.exists()


@pytest.mark.parametrize(("own", "said"), [(True, []), (False, ["reporting_unit"])])
def test_reporter_of_a_unit_elsewhere_is_refused_beside_the_unit(
    as_administrator, territory, other_territory, own, said
):
    unit = factories.ReportingUnitFactory(territory=territory if own else other_territory)
    user = factories.UserFactory()
    response = as_administrator.post(
        address(Membership, "add"),
        {
            "user": user.pk, "role": "reporter", "territory": territory.pk,
            "reporting_unit": unit.pk, "valid_from": "01/01/2025",
        },
    )  # fmt: skip
    found = response.context["adminform"].form.errors if response.context else {}
    assert sorted(found) == said
    assert user.memberships.exists() is own


# Reference data ------------------------------------------------------------------------------


@pytest.mark.parametrize("term", ["hong lam", "HỒNG LAM", "98-tvt"])
def test_names_are_found_without_diacritics(as_administrator, units, term):
    response = as_administrator.get(address(ReportingUnit, "changelist"), {"q": term})
    assert "98-tvt" in [unit.code for unit in response.context["cl"].result_list]


def test_autocomplete_finds_units_without_diacritics(as_administrator, communes):
    response = as_administrator.get(
        reverse("admin:autocomplete"),
        {
            "app_label": "institutions", "model_name": "placement", "field_name": "commune",
            "term": "da mai",
        },
    )  # fmt: skip
    assert [found["text"] for found in response.json()["results"]] == ["Xã Đa Mai"]


def test_sort_key_follows_the_name(as_administrator, institutions):
    institution = institutions["98-TV-981"]
    placement = institution.placements.get()
    as_administrator.post(
        address(Institution, "change", institution.pk), form(institution, placement, name="Ăn Bình")
    )
    institution.refresh_from_db()
    assert (institution.name, institution.sort_key) == ("Ăn Bình", sort_key("Ăn Bình"))


@pytest.mark.parametrize(
    ("slug", "said"), [("hong-lam", []), ("plans", ["slug"]), ("static", ["slug"])]
)
def test_province_takes_no_address_of_the_site(as_administrator, territory, slug, said):
    unit = AdministrativeUnit.objects.get(pk=territory.pk)
    response = as_administrator.post(
        address(AdministrativeUnit, "change", unit.pk),
        {
            "level": unit.level, "code": unit.code, "name": unit.name, "kind": unit.kind,
            "slug": slug, "valid_from": unit.valid_from, "valid_to": unit.valid_to or "",
        },
    )  # fmt: skip
    found = response.context["adminform"].form.errors if response.context else {}
    assert sorted(found) == said
    unit.refresh_from_db()
    assert unit.slug == territory.slug


def form(institution, *placements, name=None):
    data = {
        "code": institution.code, "name": name or institution.name, "kind": institution.kind,
        "placements-TOTAL_FORMS": len(placements),
        "placements-INITIAL_FORMS": sum(bool(p.pk) for p in placements),
        "continuations-TOTAL_FORMS": 0, "continuations-INITIAL_FORMS": 0,
    }  # fmt: skip
    for number, placement in enumerate(placements):
        for field in Placement._meta.concrete_fields:
            value = getattr(placement, field.attname)
            data[f"placements-{number}-{field.name}"] = "" if value is None else value
    return data


@pytest.mark.parametrize(
    ("ends", "begins", "saved"),
    [
        ("2024-01-01", "2024-01-01", True),
        ("2024-01-02", "2024-01-01", False),
        (None, "2024-01-01", False),
    ],
)
def test_placements_that_overlap_are_refused(as_administrator, institutions, ends, begins, saved):
    institution = institutions["98-TV-981"]
    old = institution.placements.get()
    new = factories.PlacementFactory.build(
        institution=institution,
        territory=old.territory,
        district=old.district,
        reporting_unit=old.reporting_unit,
        valid_from=begins,
    )
    old.valid_to = ends
    as_administrator.post(
        address(Institution, "change", institution.pk), form(institution, old, new)
    )
    assert institution.placements.count() == (2 if saved else 1)


def test_placement_in_a_foreign_district_is_refused(
    as_administrator, institutions, other_territory
):
    institution = institutions["98-TV-981"]
    placement = institution.placements.get()
    placement.district = other_territory.children.get()
    as_administrator.post(
        address(Institution, "change", institution.pk), form(institution, placement)
    )
    assert institution.placements.get().district.code == "981"


def test_export_of_institutions_runs_no_formula(as_administrator, institutions):
    factories.InstitutionFactory(code="98-TV-9", name="=1+1")
    response = as_administrator.get(address(Institution, "export"))
    rows = list(openpyxl.load_workbook(io.BytesIO(response.content)).active.values)
    assert rows[0][:4] == ("code", "name", "kind", "tier")
    assert len(rows) == 12
    assert "'=1+1" in [row[1] for row in rows]
