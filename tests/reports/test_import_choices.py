"""What the sender of a file decides on the page of its preview, and the file given back."""

from io import BytesIO

import openpyxl
import pytest

from reports.models import ImportBatch, IndicatorValue
from tests.reports.test_import_files import upload

HEADER = "Mã thiết chế;Tên thiết chế;Dịch vụ học tập suốt đời;Ứng dụng CNTT, chuyển đổi số;"
HEADER += "Lượt người sử dụng thư viện"


def sent(client, report, *rows: str, header: str = HEADER) -> ImportBatch:
    upload(client, report, "tep.csv", "\n".join([header, *rows, ""]).encode())
    return ImportBatch.objects.get()


def preview(client, batch: ImportBatch):
    return client.get(f"/reporting/imports/{batch.pk}/")


def decide(client, batch: ImportBatch, **data):
    """Send the form as the page fills it in, with `data` instead."""
    form = preview(client, batch).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    sends = {name: value for name, value in {**shown, **data}.items() if value is not None}
    return client.post(f"/reporting/imports/{batch.pk}/", sends)


def apply(client, batch: ImportBatch, **more):
    seen = preview(client, batch).context["plan"].fingerprint
    client.post(f"/reporting/imports/{batch.pk}/apply/", {"fingerprint": seen, **more})


def states() -> dict[tuple[str, str], tuple]:
    values = IndicatorValue.objects.values_list(
        "line__institution__code", "indicator__code", "state", "count"
    )
    return {(code, indicator): (state, count) for code, indicator, state, count in values}


def test_page_sent_as_it_is_decides_nothing(as_reporter, report):
    batch = sent(as_reporter, report, "98-TV-981;;Có;Có;12")

    decide(as_reporter, batch)

    batch.refresh_from_db()
    assert batch.choices == {}


@pytest.mark.parametrize(
    ("answer", "written"),
    [("leave", {("98-TV-981", "yes")}), ("no", {("98-TV-981", "yes"), ("98-TV-98102", "no")})],
)
def test_blank_cells_beside_ticks_are_asked_about(as_reporter, report, answer, written):
    batch = sent(as_reporter, report, "98-TV-981;;x;;", "98-TV-98102;;;;15")
    before = preview(as_reporter, batch).context
    apply(as_reporter, batch, accept_valid="1")

    assert (before["may_apply"], before["may_accept_valid"]) == (False, False)
    assert not IndicatorValue.objects.exists()

    decide(as_reporter, batch, doubt_0=answer)
    batch.refresh_from_db()
    apply(as_reporter, batch)

    assert batch.choices == {"answers": {"blank:library.lifelong_services": answer}}
    found = IndicatorValue.objects.filter(indicator__code="library.lifelong_services")
    assert set(found.values_list("line__institution__code", "state")) == written


@pytest.mark.parametrize(
    ("answer", "written"), [("whole", {("98-TV-981", "library.visits_growth"): ("count", 12500)})]
)
def test_number_with_decimals_is_asked_about(as_reporter, report, answer, written):
    batch = sent(as_reporter, report, "98-TV-981;;;;12,5")
    (fault,) = preview(as_reporter, batch).context["errors"]

    decide(as_reporter, batch, doubt_0=answer)
    apply(as_reporter, batch)

    assert fault.error.proposal == "12500"
    assert states() == written


def test_number_with_decimals_stays_an_error_if_it_was_no_slip(as_reporter, report):
    batch = sent(as_reporter, report, "98-TV-981;;;;12,5")

    decide(as_reporter, batch, doubt_0="wrong")

    (fault,) = preview(as_reporter, batch).context["errors"]
    assert (fault.error.why, fault.error.proposal) == ("not_whole", "")


def test_institution_of_a_doubtful_row_is_chosen(as_reporter, report):
    batch = sent(as_reporter, report, ";Thư viện An Bình;Có;Có;12")

    decide(as_reporter, batch, row_2="98-TV-981")
    apply(as_reporter, batch)

    assert states()["98-TV-981", "library.visits_growth"] == ("count", 12)


def test_row_is_left_out_and_counted(as_reporter, report):
    batch = sent(as_reporter, report, "98-TV-981;;Có;Có;12", "?;Lạ;Có;Có;1")

    decide(as_reporter, batch, row_3="-")

    page = preview(as_reporter, batch)
    assert (page.context["tally"]["rows"], page.context["passed_count"]) == (1, 1)
    assert page.context["may_apply"]


def test_institution_of_another_unit_cannot_be_chosen(as_reporter, report):
    batch = sent(as_reporter, report, ";Thư viện An Bình;Có;Có;12")

    response = decide(as_reporter, batch, row_2="98-TV-982")

    assert response.status_code == 422
    assert not preview(as_reporter, batch).context["may_apply"]


def test_column_is_chosen(as_reporter, report):
    header = HEADER.replace("Dịch vụ học tập suốt đời", "Mục 1")
    batch = sent(as_reporter, report, "98-TV-981;;Có;Có;12", header=header)

    decide(as_reporter, batch, column_2="library.lifelong_services")

    assert preview(as_reporter, batch).context["may_apply"]
    apply(as_reporter, batch)
    assert states()["98-TV-981", "library.lifelong_services"] == ("yes", None)


def test_column_is_left_out_and_the_missing_one_agreed_to(as_reporter, report):
    header = HEADER.replace("Dịch vụ học tập suốt đời", "Mục 1")
    batch = sent(as_reporter, report, "98-TV-981;;Có;Có;12", header=header)

    decide(as_reporter, batch, column_2="", doubt_0="without")

    assert preview(as_reporter, batch).context["may_apply"]


def test_misspelt_heading_is_guessed_and_shown(as_reporter, report):
    header = HEADER.replace("Dịch vụ học tập suốt đời", "Dich vu hoc tap suôt dơi (Có/Khong)")
    header = header.replace("Lượt người sử dụng thư viện", "Luot nguoi sử dung thư viên.")
    batch = sent(as_reporter, report, "98-TV-981;;Có;Có;12", header=header)

    assert preview(as_reporter, batch).context["plan"].tally["new"] == 1


def test_encoding_is_chosen(as_reporter, report):
    codes = "institution_code;library.lifelong_services;library.digital;library.visits_growth"
    upload(as_reporter, report, "tep.csv", f"{codes}\n98-TV-981;Có;Không;12\n".encode("cp1252"))
    batch = ImportBatch.objects.get()
    guessed = preview(as_reporter, batch).context["form"]["encoding"].value()
    other = {"cp1252": "cp1258", "cp1258": "cp1252"}[guessed]

    decide(as_reporter, batch, encoding=other)

    batch.refresh_from_db()
    assert batch.choices == {"reading": {"encoding": other}}
    assert preview(as_reporter, batch).context["form"]["encoding"].value() == other


def test_choice_that_cannot_be_read_is_refused_in_words(as_reporter, report):
    batch = sent(as_reporter, report, "98-TV-981;;Có;Có;12")

    response = decide(as_reporter, batch, header_line="9")
    page = as_reporter.get(response.url)

    batch.refresh_from_db()
    assert batch.choices == {}
    assert "không có dòng này" in page.content.decode()


def test_choices_are_part_of_what_is_agreed_to(as_reporter, report):
    batch = sent(as_reporter, report, "98-TV-981;;Có;Có;12", ";Thư viện xã;Có;Có;1")
    seen = preview(as_reporter, batch).context["plan"].fingerprint
    decide(as_reporter, batch, row_3="98-TV-98102")

    as_reporter.post(f"/reporting/imports/{batch.pk}/apply/", {"fingerprint": seen})

    assert not IndicatorValue.objects.exists()


def test_written_import_is_decided_no_more(as_reporter, report):
    batch = sent(as_reporter, report, "98-TV-981;;Có;Có;12")
    apply(as_reporter, batch)

    as_reporter.post(f"/reporting/imports/{batch.pk}/", {"header_line": "3"})

    batch.refresh_from_db()
    assert batch.choices == {}


def test_preview_names_what_the_checks_would_notice(
    as_reporter, report, answer, territory, open_round
):
    from tests import factories
    from tests.conftest import enrol

    earlier = enrol(factories.ReportingRoundFactory(territory=territory, year=2024))
    answer(earlier, "98-TV-981", "library.visits_growth", 12)
    batch = sent(as_reporter, report, "98-TV-981;;Có;Có;1200")

    (check,) = preview(as_reporter, batch).context["checks"]

    assert (check.finding.code, check.line, check.finding.indicator.code) == (
        "count_tenfold", 2, "library.visits_growth",
    )  # fmt: skip
    assert not IndicatorValue.objects.filter(line__round=open_round).exists()


# The file given back ----------------------------------------------------------------------


def marked(client, batch: ImportBatch, query: str = ""):
    response = client.get(f"/reporting/imports/{batch.pk}/marked.xlsx{query}")
    return openpyxl.load_workbook(BytesIO(response.content))


ROWS = ("98-TV-981;;Có;Có;12", "98-TV-98102;;có một ít;Có;1.25O")


def test_marked_file_colours_the_cells_and_says_why(as_reporter, report):
    page = marked(as_reporter, sent(as_reporter, report, *ROWS)).active

    assert [page[cell].fill.fill_type for cell in ("C2", "C3", "D3", "E3")] == [
        None, "solid", None, "solid",
    ]  # fmt: skip
    assert "1.250" in page["E3"].comment.text
    assert page["F1"].value == "Cần sửa"
    assert "C Dịch vụ" in page["F3"].value
    assert page["F2"].value is None


def test_marked_file_corrected_and_sent_back_is_taken(as_reporter, report):
    book = marked(as_reporter, sent(as_reporter, report, *ROWS))
    book.active["C3"], book.active["E3"] = "Có", 1250
    out = BytesIO()
    book.save(out)

    upload(as_reporter, report, "sua.xlsx", out.getvalue())

    context = preview(as_reporter, ImportBatch.objects.get()).context
    assert (context["may_apply"], context["tally"]["new"]) == (True, 2)


def test_rows_without_errors_are_written_and_the_rest_given_back(as_reporter, report):
    batch = sent(as_reporter, report, *ROWS)
    apply(as_reporter, batch, accept_valid="1")
    page = preview(as_reporter, batch).content.decode()
    book = marked(as_reporter, batch, "?rows=invalid")

    assert "marked.xlsx?rows=invalid" in page
    assert [row[0].value for row in book.active.iter_rows()] == ["Mã thiết chế", "98-TV-98102"]

    book.active["C2"], book.active["E2"] = "Không", 1250
    out = BytesIO()
    book.save(out)
    upload(as_reporter, report, "dong-loi.xlsx", out.getvalue())
    apply(as_reporter, ImportBatch.objects.get(status="previewed"))

    assert states()["98-TV-98102", "library.visits_growth"] == ("count", 1250)
    assert len(states()) == 6


def test_formula_in_a_file_given_back_is_text(as_reporter, report):
    page = marked(as_reporter, sent(as_reporter, report, '98-TV-981;=cmd;"=1+1";Có;12')).active

    assert (page["C2"].value, page["C2"].data_type) == ("'=1+1", "s")
