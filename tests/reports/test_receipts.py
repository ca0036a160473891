"""Receipts: what a submission leaves behind, and what anybody may learn with its code."""

import hashlib
from decimal import Decimal

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from reports.models import CheckNote, IndicatorValue, Receipt, Report
from reports.rounds.receipts import (
    ALPHABET,
    CODE_LENGTH,
    HEAD,
    Standing,
    by_code,
    by_content,
    content_of,
    grouped,
    hash_of,
    new_code,
    read_code,
    standing,
)
from reports.rounds.review import return_report, submit
from tests import factories

TEXT = "Mở\tphòng\nở “xã”."


@pytest.fixture
def filled(report, open_round, answer, explain_findings, reporter) -> Report:
    answer(open_round, "98-TV-981", "library.digital", "yes", approved=False)
    answer(open_round, "98-TV-981", "library.visits_growth", 4321, approved=False)
    answer(open_round, "98-TV-98102", "library.digital", "not_applicable", approved=False)
    IndicatorValue.objects.filter(count=4321).update(note=TEXT, evidence="Sổ")
    report.documents_issued, report.budget = "Công văn 12", Decimal("1234.5")
    report.save()
    explain_findings(report, reporter)
    return report


@pytest.fixture
def receipt(filled, reporter) -> Receipt:
    return submit(filled, reporter).receipts.get()


@pytest.fixture
def anybody(db) -> Client:
    cache.clear()
    return Client()


# The code -----------------------------------------------------------------------------------


def test_codes_are_not_guessed_and_not_misread():
    codes = {new_code() for _each in range(500)}

    assert len(codes) == 500
    assert {len(code) for code in codes} == {CODE_LENGTH}
    # Five bits a character.
    assert len(ALPHABET) == 32
    assert CODE_LENGTH * 5 >= 64
    assert not set("ILOU") & set(ALPHABET)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("7K2M-9QXD-01AB-CDEF", "7K2M9QXD01ABCDEF"),
        ("7k2m9qxd01abcdef", "7K2M9QXD01ABCDEF"),
        (" 7K2M 9QXD – OIAB CDEF\n", "7K2M9QXD01ABCDEF"),
        ("7K2M-9QXD-01AB-CDE", ""),
        ("7K2M-9QXD-01AB-CDEFG", ""),
        ("7K2M-9QXD-01AB-CDEU", ""),
        ("", ""),
    ],
)
def test_code_is_read_as_people_type_it(typed, code):
    assert read_code(typed) == code


def test_code_is_shown_in_groups():
    assert grouped("7K2M9QXD01ABCDEF") == "7K2M-9QXD-01AB-CDEF"


# The content --------------------------------------------------------------------------------


def test_content_is_the_same_text_every_time(filled):
    lines = content_of(filled).split("\n")

    assert content_of(Report.objects.get(pk=filled.pk)) == content_of(filled)
    assert lines[:5] == [
        "lifelong-learning report content 1",
        "round\thong-lam\t2025",
        "unit\t981",
        'text\tdocuments_issued\t"Công văn 12"',
        "amount\tbudget\t1234.500",
    ]
    assert lines[5:8] == [
        'answer\t98-TV-981\tlibrary.digital\tyes\t\t""\t""\t""',
        'answer\t98-TV-981\tlibrary.visits_growth\tcount\t4321\t"Mở\\tphòng\\nở “xã”."\t"Sổ"\t""',
        'answer\t98-TV-98102\tlibrary.digital\tnot_applicable\tunder_repair\t""\t""\t""',
    ]
    assert lines[8].startswith("explanation\tmissing\tcommune:culture.clubs\t2\t")
    assert lines[-1] == ""


def changed_by_correction(report):
    IndicatorValue.objects.filter(count=4321).update(count=4322)


def changed_by_note(report):
    IndicatorValue.objects.filter(count=4321).update(note="")


def changed_by_text(report):
    Report.objects.filter(pk=report.pk).update(proposals="Thêm kinh phí")


def changed_by_amount(report):
    Report.objects.filter(pk=report.pk).update(budget=Decimal("1234.501"))


def changed_by_explanation(report):
    CheckNote.objects.filter(subject="commune:culture.clubs").update(text="Khác")


def changed_by_file(report):
    factories.AttachmentFactory(report=report)


def changed_by_clearing(report):
    IndicatorValue.objects.filter(state="yes").update(state="blank")


CHANGES = {name: f for name, f in globals().items() if name.startswith("changed_by_")}


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_of_the_report_shows(receipt, change):
    assert standing(receipt) == Standing.SAME

    CHANGES[change](receipt.report)

    assert standing(by_code(receipt.code)) == Standing.CHANGED


@pytest.mark.parametrize(
    "name",
    ["approval", "renamed institution", "renamed unit", "blank row for a message"],
)
def test_what_is_no_content_leaves_the_receipt_true(receipt, staff, institutions, name):
    report = receipt.report
    if name == "approval":
        IndicatorValue.objects.filter(count=4321).update(
            approved_state="count", approved_count=4321
        )
        Report.objects.filter(pk=report.pk).update(status="approved", approved_at=receipt.at)
    elif name == "renamed institution":
        institutions["98-TV-981"].name = "Thư viện An Bình mới"
        institutions["98-TV-981"].save()
    elif name == "renamed unit":
        report.reporting_unit.name = "UBND mới"
        report.reporting_unit.save()
    else:
        line = report.round.lines.get(institution__code="98-TV-98102")
        factories.IndicatorValueFactory(
            line=line, indicator__code="library.lifelong_services", is_returned=True
        )

    assert standing(by_code(receipt.code)) == Standing.SAME


def test_tampered_content_fails(receipt):
    Receipt.objects.filter(pk=receipt.pk).update(content=receipt.content.replace("4321", "9321"))
    IndicatorValue.objects.filter(count=4321).update(count=9321)

    assert standing(by_code(receipt.code)) == Standing.BROKEN


def test_tampered_hash_fails(receipt):
    Receipt.objects.filter(pk=receipt.pk).update(sha256="0" * 64)

    assert standing(by_code(receipt.code)) == Standing.BROKEN


# Submitting ---------------------------------------------------------------------------------


def test_submission_leaves_a_receipt(receipt, filled, reporter):
    filled.refresh_from_db()

    assert (receipt.number, receipt.by, receipt.at) == (1, reporter, filled.submitted_at)
    # Two libraries of three questions and four culture centres of two; three cells answered.
    assert (receipt.institutions, receipt.filled, receipt.blank) == (6, 3, 11)
    assert receipt.sha256 == hashlib.sha256(receipt.content.encode()).hexdigest()


def test_resubmission_gets_the_next_number_and_the_first_one_stays(receipt, staff, reporter):
    report = receipt.report
    return_report(report, staff, "Xem lại")
    IndicatorValue.objects.filter(count=4321).update(count=4400)

    submit(report, reporter)

    first, second = report.receipts.all()
    assert (first, second.number) == (receipt, 2)
    assert first.code != second.code
    assert [standing(by_code(r.code)) for r in (first, second)] == [
        Standing.CHANGED, Standing.SAME,
    ]  # fmt: skip


def test_refused_submission_leaves_no_receipt(report, as_reporter, answer):
    answer(report.round, "98-TV-981", "library.digital", "yes", approved=False)

    as_reporter.post(f"/reporting/reports/{report.pk}/submit/")

    assert not Receipt.objects.exists()


@pytest.mark.parametrize("n", [1, 30])
def test_checking_takes_a_fixed_number_of_queries(
    receipt, indicators, django_assert_num_queries, n
):
    for _each in range(n):
        line = factories.RoundLineFactory(
            round=receipt.report.round, reporting_unit=receipt.report.reporting_unit
        )
        factories.IndicatorValueFactory(
            line=line, indicator=indicators["library.digital"], state="yes"
        )

    # receipt, values, notes, files
    with django_assert_num_queries(4):
        standing(by_code(receipt.code))


# The unit's pages ---------------------------------------------------------------------------


def address(receipt: Receipt, rest: str = "") -> str:
    return f"/reporting/reports/{receipt.report_id}/receipts/{receipt.number}/{rest}"


@pytest.mark.parametrize(
    ("client", "status"),
    [
        ("as_reporter", 200), ("as_staff", 200), ("as_administrator", 200),
        ("as_leader", 403), ("as_other_reporter", 404), ("as_outsider", 404),
    ],
)  # fmt: skip
@pytest.mark.parametrize("rest", ["", "content.txt"])
def test_receipt_is_for_the_unit_and_the_department(request, receipt, client, status, rest):
    assert request.getfixturevalue(client).get(address(receipt, rest)).status_code == status


def test_receipt_says_when_by_whom_and_how_much(as_reporter, receipt):
    page = as_reporter.get(address(receipt)).content.decode()

    for said in (grouped(receipt.code), receipt.sha256, str(receipt.by), "UBND Huyện An Bình"):
        assert said in page
    assert f"/receipts/{grouped(receipt.code)}/" in page
    assert "Báo cáo vẫn đúng như nội dung đã nộp." in page
    assert "4321" not in page
    assert "4.321" not in page


def test_number_that_does_not_exist_is_not_found(as_reporter, receipt):
    assert (
        as_reporter.get(address(receipt).replace("receipts/1/", "receipts/2/")).status_code == 404
    )


def test_content_file_has_the_hash_of_the_receipt(as_reporter, receipt):
    response = as_reporter.get(address(receipt, "content.txt"))

    assert hashlib.sha256(response.content).hexdigest() == receipt.sha256
    assert response["Content-Disposition"] == 'attachment; filename="981-2025-1.txt"'


def test_report_lists_its_receipts(as_reporter, receipt):
    page = as_reporter.get(f"/reporting/reports/{receipt.report_id}/").content.decode()

    assert f'href="{address(receipt)}"' in page


# Anybody ------------------------------------------------------------------------------------


@pytest.mark.parametrize("write", [grouped, str.lower, str])
def test_anybody_with_the_code_may_check_it(anybody, receipt, write):
    response = anybody.get(f"/receipts/{write(receipt.code)}/")

    page = response.content.decode()
    assert response.status_code == 200
    assert "Báo cáo vẫn đúng như nội dung đã nộp." in page
    for said in ("UBND Huyện An Bình", "Tỉnh Hồng Lam", "2025", receipt.sha256):
        assert said in page


def test_public_page_tells_no_values_and_no_person(anybody, receipt):
    page = anybody.get(f"/receipts/{receipt.code}/").content.decode()

    for kept in ("4321", "4.321", "Công văn 12", "1.234", str(receipt.by), "98-TV-981", "Sổ"):
        assert kept not in page


def test_public_page_says_that_the_report_changed(anybody, receipt):
    changed_by_correction(receipt.report)

    page = anybody.get(f"/receipts/{receipt.code}/").content.decode()

    assert "Báo cáo đã thay đổi sau lần nộp này." in page
    assert "4322" not in page


@pytest.mark.parametrize("code", ["0000-0000-0000-0000", "x", "%00", "<script>"])
def test_unknown_code_is_not_found(anybody, receipt, code):
    response = anybody.get(f"/receipts/{code}/")

    assert response.status_code == 404
    assert "<script>" not in response.content.decode().split("<main", 1)[1]


def test_typed_code_leads_to_its_page(anybody, receipt):
    response = anybody.post("/receipts/", {"code": f" {grouped(receipt.code).lower()} "})

    assert response.url == f"/receipts/{grouped(receipt.code)}/"


@pytest.mark.parametrize("data", [{}, {"code": "abc"}, {"code": " "}])
def test_look_up_says_what_is_wrong(anybody, data):
    response = anybody.post("/receipts/", data)

    assert response.status_code == 422
    assert "notice not-met" in response.content.decode() or 'class="errors"' in (
        response.content.decode()
    )


def file(content: bytes) -> dict:
    return {"file": SimpleUploadedFile("981-2025-1.txt", content, "text/plain")}


def test_content_file_is_found_by_its_hash(anybody, receipt):
    page = anybody.post("/receipts/", file(receipt.content.encode())).content.decode()

    assert grouped(receipt.code) in page
    assert "Báo cáo vẫn đúng như nội dung đã nộp." in page


def test_tampered_content_file_is_refused(anybody, receipt):
    response = anybody.post("/receipts/", file(receipt.content.replace("4321", "4322").encode()))

    assert response.status_code == 200
    assert grouped(receipt.code) not in response.content.decode()
    assert "Không biên nhận nào có nội dung này." in response.content.decode()


def test_too_large_file_is_refused(anybody, receipt, settings):
    settings.MAX_IMPORT_BYTES = 100

    assert anybody.post("/receipts/", file(receipt.content.encode())).status_code == 422


def test_same_content_sent_twice_finds_the_latest_receipt(receipt, staff, reporter):
    return_report(receipt.report, staff, "Xem lại")
    submit(receipt.report, reporter)

    assert by_content(receipt.content.encode()).number == 2
    assert hash_of(receipt.content) == receipt.sha256


def test_look_ups_are_limited(anybody, receipt):
    statuses = [anybody.get(f"/receipts/{receipt.code}/").status_code for _each in range(61)]

    assert statuses == [200] * 60 + [429]
    assert anybody.post("/receipts/", {"code": "x"}).status_code == 429


def test_behind_a_proxy_tries_are_counted_for_each_address_that_it_saw(anybody, receipt, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    def ask(seen: str) -> int:
        # All come through the proxy; what stands before its own word, anybody can write.
        forwarded = {"X-Forwarded-For": seen}
        return anybody.get(f"/receipts/{receipt.code}/", headers=forwarded).status_code

    assert [ask(f"10.0.0.{n}, 203.0.113.9") for n in range(61)] == [200] * 60 + [429]
    assert ask("203.0.113.7") == 200


def test_without_a_trusted_proxy_nobody_writes_their_own_address(anybody, receipt):
    statuses = [
        anybody.get(
            f"/receipts/{receipt.code}/", headers={"X-Forwarded-For": f"10.0.0.{n}"}
        ).status_code
        for n in range(61)
    ]
    assert statuses == [200] * 60 + [429]


def test_code_with_a_tab_or_line_break_forges_no_other_line(filled, answer):
    line = filled.round.lines.get(institution__code="98-TV-981")
    before = content_of(filled)

    type(line.institution).objects.filter(pk=line.institution_id).update(
        code="98\tlibrary.digital\tno\nanswer\tX"
    )

    after = content_of(filled)
    assert after.count("\n") == before.count("\n")
    widths = [{len(row.split("\t")) for row in text.splitlines()} for text in (before, after)]
    assert widths[0] == widths[1]


def test_documentation_names_every_line_of_the_content(filled):
    text = (settings.BASE_DIR / "docs" / "receipts.md").read_text(encoding="utf-8")
    factories.AttachmentFactory(report=filled)

    kinds = {line.split("\t")[0] for line in content_of(filled).splitlines()[1:]}

    assert kinds == {"round", "unit", "text", "amount", "answer", "explanation", "file"}
    assert all(f"| `{kind}` |" in text for kind in kinds)
    assert f"`{HEAD}`" in text
