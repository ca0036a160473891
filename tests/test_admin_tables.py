"""Tables of the administration, in and out: what comes in goes through the services."""

import io
import re

import openpyxl
import pytest
from django.urls import NoReverseMatch, reverse

from institutions.models import Institution
from reports.models import Change, ImportBatch, IndicatorValue, Report, RoundLine
from targets.models import Target
from tests import factories


def address(model, page):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}")


def rows_of(client, model) -> list[dict]:
    response = client.get(address(model, "export"))
    head, *rows = openpyxl.load_workbook(io.BytesIO(response.content)).active.values
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.fixture
def bring(as_administrator):
    """Send rows and, if the preview holds no error, confirm them; the preview's page."""

    def send(model, *rows: dict) -> str:
        book = openpyxl.Workbook()
        book.active.append(list(rows[0]))
        for row in rows:
            book.active.append(list(row.values()))
        file = io.BytesIO()
        book.save(file)
        file.seek(0)
        file.name = "bang.xlsx"
        preview = as_administrator.post(
            address(model, "import"), {"format": "0", "resource": "0", "import_file": file}
        )
        page = preview.content.decode()
        if form := preview.context.get("confirm_form"):
            done = as_administrator.post(address(model, "process_import"), form.initial)
            assert done.status_code == 302, done.content.decode()
        return page

    return send


NEW = {
    "code": "98-TV-98103", "name": "Thư viện xã Đa Mai", "kind": "library", "tier": "commune",
    "territory": "hong-lam", "district": "981", "commune": "98103", "reporting_unit": "981",
    "opened_on": None,
}  # fmt: skip


def test_institution_is_added_with_its_place_and_history(bring, institutions, administrator):
    bring(Institution, NEW)

    added = Institution.objects.get(code="98-TV-98103")
    place = added.placements.get()
    assert (place.commune.code, place.reporting_unit.code, place.tier) == (
        "98103", "981", "commune",
    )  # fmt: skip
    assert added.sort_key
    assert added.history.get().history_user == administrator


def test_institutions_as_they_came_out_change_nothing(bring, as_administrator, institutions):
    before = list(Institution.objects.order_by("pk").values())

    bring(Institution, *rows_of(as_administrator, Institution))

    assert list(Institution.objects.order_by("pk").values()) == before
    assert Institution.history.filter(history_type="~").count() == 0


def test_institution_is_renamed(bring, institutions):
    bring(Institution, {"code": "98-TV-981", "name": "Thư viện khu vực An Bình"})

    renamed = Institution.objects.get(code="98-TV-981")
    assert renamed.name == "Thư viện khu vực An Bình"
    assert renamed.sort_key != institutions["98-TV-981"].sort_key


@pytest.mark.parametrize("change", [
    {"reporting_unit": "982"}, {"kind": "museum"}, {"opened_on": "01/02/2020"},
    {"closed_on": "2025-01-01"}, {"tier": "village"},
], ids=lambda change: next(iter(change)))  # fmt: skip
def test_what_needs_a_day_and_a_decision_is_refused(bring, institutions, change):
    page = bring(Institution, {"code": "98-TV-981", **change})

    assert "trang của thiết chế" in page
    assert Institution.objects.get(code="98-TV-981").placements.get().reporting_unit.code == "981"


@pytest.mark.parametrize("wrong", [
    {"territory": "khong-co"}, {"reporting_unit": "999"}, {"kind": "thư viện"},
    {"commune": "98201"}, {"name": ""}, {"opened_on": "hôm qua"}, {"tier": "x"},
], ids=lambda change: next(iter(change)))  # fmt: skip
def test_institution_that_cannot_be_keeps_all_rows_out(bring, institutions, wrong):
    bring(Institution, {**NEW, "code": "98-TV-98199"}, {**NEW, **wrong})

    assert Institution.objects.count() == len(institutions)


@pytest.fixture
def draft(plan):
    return factories.PlanVersionFactory(plan=plan.plan, number="99/KH-UBND", text=plan.text)


TARGET = {
    "territory": "hong-lam", "plan": "99/KH-UBND", "indicator": "culture.clubs",
    "tiers": "commune", "year": 2025, "counts": "institution", "period_start": None,
    "minimum": 50, "maximum": None, "unit": "percent",
    "quote": "50% trung tâm văn hóa cấp xã",
}  # fmt: skip


def test_target_waits_for_the_department(bring, draft):
    bring(Target, TARGET)

    target = draft.targets.get()
    assert (target.state, target.basis, target.minimum, target.tiers) == (
        "proposed", "added", 50, ("commune",),
    )  # fmt: skip
    assert draft.text[target.quote_start : target.quote_end] == TARGET["quote"]


def test_targets_as_they_came_out_change_nothing(bring, as_administrator, plan):
    before = list(Target.objects.order_by("pk").values())

    bring(Target, *rows_of(as_administrator, Target))

    assert list(Target.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("wrong", [
    {"quote": "không có trong văn bản"}, {"plan": "1/KH"}, {"indicator": "x"}, {"minimum": 150},
    {"tiers": "xã"}, {"unit": "percent_per_year"}, {"year": "sau"}, {"plan": "4321/KH-UBND"},
], ids=lambda change: "-".join(map(str, change.values())))  # fmt: skip
def test_target_that_cannot_be_is_refused(bring, draft, wrong):
    before = Target.objects.count()

    bring(Target, {**TARGET, **wrong})

    assert Target.objects.count() == before


def test_target_that_differs_is_left_to_the_page_of_its_plan(bring, draft):
    bring(Target, TARGET)

    page = bring(Target, {**TARGET, "minimum": 60})

    assert "quyết định trên trang" in page
    assert draft.targets.get().minimum == 50


@pytest.mark.parametrize("model", [IndicatorValue, Change, Report, RoundLine, ImportBatch])
def test_reporting_values_are_never_brought_in_here(model):
    with pytest.raises(NoReverseMatch):
        address(model, "import")


@pytest.mark.parametrize("model", [Institution, Target])
def test_page_of_the_import_holds_nothing_that_the_policy_refuses(as_administrator, model):
    page = as_administrator.get(address(model, "import")).content.decode()

    assert not re.search(r"<script(?![^>]*\bsrc=)|\bstyle=|\bon[a-z]+=\"|<style", page)


def test_formula_in_a_target_is_run_by_nobody(as_administrator, plan):
    Target.objects.filter(pk=plan.targets.first().pk).update(quote="=1+1")

    assert "'=1+1" in [row["quote"] for row in rows_of(as_administrator, Target)]
