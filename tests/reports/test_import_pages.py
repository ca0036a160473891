import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from reports.figures.boards import attainment_rows
from reports.figures.places import Place
from reports.importing.apply import import_file
from reports.importing.template import template_csv
from reports.models import Change, ImportBatch, IndicatorValue, Report
from reports.rounds.review import submission
from tests import factories
from tests.reports.test_apply import CENTRE, LIBRARY, csv


def upload(client, report: Report, content: bytes, name="so-lieu.csv"):
    return client.post(
        f"/reporting/reports/{report.pk}/import/", {"file": SimpleUploadedFile(name, content)}
    )


@pytest.fixture
def previewed(as_reporter, report) -> ImportBatch:
    upload(as_reporter, report, csv(LIBRARY, CENTRE))
    return ImportBatch.objects.get()


def preview(client, batch: ImportBatch):
    return client.get(f"/reporting/imports/{batch.pk}/")


def fingerprint(client, batch: ImportBatch) -> str:
    return preview(client, batch).context["plan"].fingerprint


def apply(client, batch: ImportBatch, **more):
    seen = more.pop("fingerprint", None) or fingerprint(client, batch)
    return client.post(
        f"/reporting/imports/{batch.pk}/apply/", {"fingerprint": seen, **more}, follow=True
    )


def test_upload_leads_to_the_preview_and_writes_no_value(as_reporter, report, reporter):
    response = upload(as_reporter, report, csv(LIBRARY))

    batch = ImportBatch.objects.get()
    assert response.url == f"/reporting/imports/{batch.pk}/"
    assert (batch.status, batch.uploaded_by, batch.name) == ("previewed", reporter, "so-lieu.csv")
    assert not IndicatorValue.objects.exists()


def test_preview_counts_and_names_changes(as_reporter, previewed):
    response = preview(as_reporter, previewed)

    assert response.context["tally"] == {
        "rows": 2, "new": 2, "changed": 0, "same": 0, "invalid": 0,
    }  # fmt: skip
    assert [(line.line, line.before, line.after) for line in response.context["new"]][2] == (
        2, "chưa báo cáo", "1.250",
    )  # fmt: skip


def test_applying_writes_what_was_previewed(as_reporter, report, previewed):
    response = apply(as_reporter, previewed)

    assert response.redirect_chain == [(f"/reporting/reports/{report.pk}/", 302)]
    assert IndicatorValue.objects.count() == 5
    previewed.refresh_from_db()
    assert (previewed.status, previewed.new) == ("applied", 2)


def test_applied_import_shows_what_it_did(as_reporter, previewed):
    apply(as_reporter, previewed)

    response = preview(as_reporter, previewed)

    assert response.templates[0].name == "reports/import_done.html"
    assert len(response.context["changes"]) == 5


def test_import_is_applied_once(as_reporter, previewed):
    seen = fingerprint(as_reporter, previewed)
    apply(as_reporter, previewed, fingerprint=seen)

    apply(as_reporter, previewed, fingerprint=seen)

    assert Change.objects.count() == 5


def test_overtaken_preview_is_shown_again(as_reporter, previewed, open_round, answer):
    seen = fingerprint(as_reporter, previewed)
    answer(open_round, "98-TV-981", "library.digital", "yes", approved=False)

    response = apply(as_reporter, previewed, fingerprint=seen)

    assert response.redirect_chain == [(f"/reporting/imports/{previewed.pk}/", 302)]
    assert not Change.objects.exists()


@pytest.mark.parametrize("seen", ["", "0" * 64])
def test_forged_fingerprint_writes_nothing(as_reporter, previewed, seen):
    as_reporter.post(f"/reporting/imports/{previewed.pk}/apply/", {"fingerprint": seen})

    assert not Change.objects.exists()


def test_errors_come_first_and_keep_everything_out(as_reporter, report):
    upload(as_reporter, report, csv(LIBRARY, "98-TV-982,,?,,,,,,,"))
    batch = ImportBatch.objects.get()

    response = preview(as_reporter, batch)
    apply(as_reporter, batch)

    assert [(e.error.line, e.error.column) for e in response.context["errors"]] == [
        (3, "institution_code"), (3, "library.lifelong_services"),
    ]  # fmt: skip
    page = response.content.decode()
    assert page.index("errors-title") < page.index("new-title")
    assert "Đức Phong" not in page
    assert not IndicatorValue.objects.exists()


def test_note_that_is_too_long_is_named_by_line_and_column(as_reporter, report):
    upload(as_reporter, report, csv(f"98-TV-981,,Có,,,,,,,{'ư' * 2001}"))

    (fault,) = preview(as_reporter, ImportBatch.objects.get()).context["errors"]
    assert (fault.error.line, fault.error.letter, fault.error.column) == (2, "J", "note")
    assert "2.000 ký tự" in fault.error.message


def test_missing_column_is_named_as_the_template_names_it(as_reporter, report):
    rows = [
        line.split(";") for line in template_csv(report).decode("utf-8-sig").strip().splitlines()
    ]
    place = rows[0].index("Dịch vụ học tập suốt đời")
    rows[1][place + 1] = "Có"
    cut = [row[:place] + row[place + 1 :] for row in rows]
    upload(as_reporter, report, "\n".join(";".join(row) for row in cut).encode())

    (problem,) = preview(as_reporter, ImportBatch.objects.get()).context["problems"]
    assert problem["column"] == "Dịch vụ học tập suốt đời"


def test_rows_without_errors_can_be_accepted(as_reporter, report):
    upload(as_reporter, report, csv(LIBRARY, "98-TV-404,,Có,,,,,,,"))
    batch = ImportBatch.objects.get()

    apply(as_reporter, batch, accept_valid="1")

    assert IndicatorValue.objects.count() == 3


@pytest.mark.parametrize(
    "content",
    [b"x", b"PK\x03\x04", b"\xff\xfe\x00", b"\x89PNG\r\n\x1a\n"],
)
def test_file_that_is_no_table_is_refused_on_the_upload_page(as_reporter, report, content):
    if content == b"x":
        response = as_reporter.post(f"/reporting/reports/{report.pk}/import/")
    else:
        response = upload(as_reporter, report, content)

    assert response.status_code == 422
    assert len(response.context["form"].errors["file"]) == 1
    assert not ImportBatch.objects.exists()


def test_file_above_the_limit_is_refused(as_reporter, report, settings):
    settings.MAX_IMPORT_BYTES = 100

    response = upload(as_reporter, report, csv(LIBRARY))

    assert response.status_code == 422
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize("content", [csv(), csv("98-TV-981,,,,,,,,,")])
def test_file_without_answers_never_looks_like_success(as_reporter, report, content):
    upload(as_reporter, report, content)
    response = preview(as_reporter, ImportBatch.objects.get())

    assert not response.context["may_apply"]
    assert not response.context["may_accept_valid"]
    assert len(response.context["problems"]) == 1


@pytest.mark.parametrize("address", ["import/", "template.csv"])
@pytest.mark.parametrize(
    ("client", "status"),
    [
        ("as_reporter", 200),
        ("as_staff", 200),
        ("as_other_reporter", 404),
        ("as_outsider", 404),
        ("as_leader", 403),
        ("as_administrator", 403),
    ],
)
def test_import_is_for_those_who_enter(request, report, address, client, status):
    response = request.getfixturevalue(client).get(f"/reporting/reports/{report.pk}/{address}")

    assert response.status_code == status


@pytest.mark.parametrize(
    ("client", "status"),
    [("as_staff", 200), ("as_other_reporter", 404), ("as_outsider", 404), ("as_leader", 403)],
)
def test_preview_is_for_those_who_enter(request, previewed, client, status):
    assert preview(request.getfixturevalue(client), previewed).status_code == status


def test_foreign_import_cannot_be_applied(previewed, as_other_reporter):
    response = as_other_reporter.post(f"/reporting/imports/{previewed.pk}/apply/")

    assert response.status_code == 404
    assert not IndicatorValue.objects.exists()


def test_submitted_report_takes_no_file(as_reporter, report, previewed):
    seen = fingerprint(as_reporter, previewed)
    Report.objects.filter(pk=report.pk).update(status="submitted", submitted_at="2025-11-01T00:00Z")

    for response in (
        upload(as_reporter, report, csv(LIBRARY)),
        as_reporter.post(f"/reporting/imports/{previewed.pk}/apply/", {"fingerprint": seen}),
    ):
        assert response.url == f"/reporting/reports/{report.pk}/"
    assert not IndicatorValue.objects.exists()


# The file -------------------------------------------------------------------------------


def lose(batch: ImportBatch) -> None:
    """Take the file off the disk, as a restored backup without uploads would."""
    batch.file.storage.delete(batch.file.name)


def test_preview_of_a_lost_file_asks_for_it_again(as_reporter, report, previewed):
    lose(previewed)

    response = as_reporter.get(f"/reporting/imports/{previewed.pk}/", follow=True)

    assert response.redirect_chain == [(f"/reporting/reports/{report.pk}/import/", 302)]
    assert "không còn được lưu" in response.content.decode()


def test_lost_file_is_not_applied_and_asked_for_again(as_reporter, report, previewed):
    seen = fingerprint(as_reporter, previewed)
    lose(previewed)

    response = apply(as_reporter, previewed, fingerprint=seen)

    assert response.redirect_chain == [(f"/reporting/reports/{report.pk}/import/", 302)]
    assert "không còn được lưu" in response.content.decode()
    assert not Change.objects.exists()


def test_new_preview_replaces_the_persons_earlier_one(
    as_reporter, report, previewed, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        upload(as_reporter, report, csv(LIBRARY))

    kept = ImportBatch.objects.get()
    assert kept.pk != previewed.pk
    assert kept.file.storage.exists(kept.file.name)
    assert not previewed.file.storage.exists(previewed.file.name)


def test_new_preview_leaves_applied_imports_and_those_of_others(
    as_reporter, as_staff, report, previewed
):
    apply(as_reporter, previewed)
    upload(as_staff, report, csv(LIBRARY))
    upload(as_reporter, report, csv(LIBRARY))

    assert ImportBatch.objects.count() == 3
    assert all(batch.file.storage.exists(batch.file.name) for batch in ImportBatch.objects.all())


def test_applied_import_names_who_wrote_it(as_reporter, as_staff, staff, report, reporter):
    upload(as_reporter, report, csv(LIBRARY))
    batch = ImportBatch.objects.get()
    apply(as_staff, batch)

    page = preview(as_reporter, batch).content.decode()
    assert str(reporter) in page
    assert str(staff) in page


# The template ---------------------------------------------------------------------------


def test_template_opens_in_a_vietnamese_spreadsheet(as_reporter, report):
    response = as_reporter.get(f"/reporting/reports/{report.pk}/template.csv")

    lines = response.content.decode("utf-8").split("\r\n")
    assert lines[0].startswith(
        "\ufeffMã thiết chế;Tên thiết chế;Cấp;Xã, phường;Mẫu 1, đơn vị 981, "
    )
    assert lines[0].endswith(";Ghi chú")
    assert [line.split(";")[0] for line in lines[1:-1]] == [
        "98-TV-981", "98-TV-98102", "98-VH-981", "98-VH-98102", "98-VH-98103", "98-NVH-98102-01",
    ]  # fmt: skip
    assert "98-TV-982" not in response.content.decode()


def test_template_with_what_stands_changes_nothing(report):
    import_file(report, csv(LIBRARY, CENTRE), name="so-lieu.csv")

    plan, batch = import_file(report, template_csv(report), name="mau.csv")

    assert (plan.tally["same"], plan.tally["rows"], batch) == (6, 6, None)


def test_empty_template_is_not_taken_for_figures(as_reporter, report):
    upload(as_reporter, report, template_csv(report))

    assert not preview(as_reporter, ImportBatch.objects.get()).context["may_apply"]


def test_template_holds_no_formula(report, institutions):
    institutions["98-TV-981"].name = "=1+1"
    institutions["98-TV-981"].save()

    assert ";'=1+1;" in template_csv(report).decode("utf-8-sig")


# Effect on the targets ------------------------------------------------------------------


def test_preview_tells_what_it_means_for_the_targets(as_reporter, plan, previewed):
    effects = preview(as_reporter, previewed).context["effects"]

    services = next(e for e in effects if e.goal.startswith("2025: 70"))
    assert (services.yes_before, services.yes_after, services.n) == (0, 1, 2)
    assert services.value_after == "50,0\N{NO-BREAK SPACE}%"


def test_effect_is_what_the_board_says_after_approval(
    as_reporter, as_staff, plan, report, previewed, explain_findings, reporter
):
    before = preview(as_reporter, previewed).context["effects"]
    apply(as_reporter, previewed)
    explain_findings(report, reporter)
    as_reporter.post(f"/reporting/reports/{report.pk}/submit/")
    report.refresh_from_db()
    as_staff.post(f"/reporting/reports/{report.pk}/approve/", {"seen": submission(report)})

    place = Place(report.round.territory, 2025)
    rows = {place.explain(row.target): row for row in attainment_rows(place.territory, 2025)}
    assert before
    for effect in before:
        counts = rows[effect.url].counts
        assert (counts.yes, counts.n) == (effect.yes_after, effect.n)


@pytest.mark.parametrize(
    ("ended", "of_communes"),
    [((), [(2, 6)]), (("98103",), [(1, 5)]), (("98102", "98103"), [])],
)
def test_preview_leaves_out_communes_that_the_board_does_not_count(
    as_reporter, plan, report, communes, indicators, ended, of_communes
):
    """The roster names communes that ended before the cut-off: no target counts them."""
    for code in ended:
        communes[code].valid_to = datetime.date(2025, 6, 1)
        communes[code].save()
    factories.TargetFactory(
        version=plan,
        indicator=indicators["culture.clubs"],
        tiers=("commune",),
        counts="commune",
        state="confirmed",
    )
    upload(as_reporter, report, csv("98-VH-98103,,,,,,,,Có,", "98-VH-98102,,,,,,,,Có,"))

    effects = preview(as_reporter, ImportBatch.objects.get()).context["effects"]

    assert [(e.yes_after, e.n) for e in effects] == [*of_communes, (2, 3)]


def test_preview_survives_a_map_without_communes(as_reporter, plan, report, communes, indicators):
    for commune in communes.values():
        commune.valid_to = datetime.date(2025, 6, 1)
        commune.save()
    factories.TargetFactory(
        version=plan,
        indicator=indicators["culture.clubs"],
        tiers=("commune",),
        counts="commune",
        state="confirmed",
    )
    upload(as_reporter, report, csv("98-VH-98103,,,,,,,,Có,"))

    assert preview(as_reporter, ImportBatch.objects.get()).status_code == 200


@pytest.mark.parametrize("number", [1, 3, 30])
def test_preview_takes_a_fixed_number_of_queries(
    as_reporter, report, open_round, plan, number, django_assert_num_queries
):
    lines = factories.RoundLineFactory.create_batch(
        number, round=open_round, reporting_unit=report.reporting_unit
    )
    rows = [f"{line.institution.code},,Có,Có,{n},,,,," for n, line in enumerate(lines)]
    upload(as_reporter, report, csv(*rows, "98-TV-404,,Có,,,,,,,"))
    batch = ImportBatch.objects.get()

    # session, user, memberships, successions, former units, batch, report; latest change;
    # questions, values, roster, foreign codes; targets, rounds, coverage, growth; touched lines
    # and values; what the checks would say 7; menu
    with django_assert_num_queries(26):
        response = preview(as_reporter, batch)

    assert response.context["tally"]["new"] == number
