"""What a return opens: the cells and words that it names, or with a message alone everything."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from reports.models import Attachment, IndicatorValue, Report
from reports.rounds.entry import Closed, EntryRefused, save_texts
from reports.rounds.review import return_report, submission, submit

LIBRARY, DIGITAL = "98-TV-981", "library.digital"
PDF = b"%PDF-1.4 x"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def sent(report, reporter, open_round, answer, explain_findings) -> Report:
    """Submitted, with one answer and a text."""
    answer(open_round, LIBRARY, DIGITAL, "yes", approved=False)
    save_texts(report=report, user=reporter, texts={"difficulties": "Thiếu kinh phí."})
    explain_findings(report, reporter)
    return submit(report, reporter)


def value_of_library() -> IndicatorValue:
    return IndicatorValue.objects.get(line__institution__code=LIBRARY, indicator__code=DIGITAL)


@pytest.fixture
def give_back(sent, staff):
    def returned(*, cells: bool, words: bool = False) -> Report:
        value = value_of_library()
        told = {value.pk: "Xem lại"} if cells else {}
        return return_report(sent, staff, "Đề nghị sửa.", told, words=words)

    return returned


RETURNS = [
    ({"cells": True}, False, True),
    ({"cells": True, "words": True}, True, True),
    # The words alone: figures stay as they were sent.
    ({"cells": False, "words": True}, True, False),
    # A message alone can be about anything.
    ({"cells": False}, True, True),
]


@pytest.mark.parametrize(("named", "opens_words", "_opens_cells"), RETURNS)
def test_texts_are_open_where_the_return_names_them(
    give_back, reporter, named, opens_words, _opens_cells
):
    report = give_back(**named)

    if opens_words:
        assert save_texts(report=report, user=reporter, texts={"difficulties": "Đã đủ."})
    else:
        with pytest.raises(EntryRefused) as refused:
            save_texts(report=report, user=reporter, texts={"difficulties": "Đã đủ."})
        assert refused.value.why is Closed.WORDS_NOT_RETURNED
    report.refresh_from_db()
    assert report.difficulties == ("Đã đủ." if opens_words else "Thiếu kinh phí.")


@pytest.mark.parametrize(("named", "opens_words", "_opens_cells"), RETURNS)
def test_files_are_open_where_the_return_names_them(
    give_back, as_reporter, named, opens_words, _opens_cells
):
    report = give_back(**named)
    kept = Attachment.objects.create(
        report=report, name="cu.pdf", size=3, sha256="0" * 64, file="attachments/cu.pdf",
        uploaded_by=report.submitted_by,
    )  # fmt: skip
    as_reporter.post(
        reverse("reports:attach", args=[report.pk]), {"file": SimpleUploadedFile("moi.pdf", PDF)}
    )
    as_reporter.post(reverse("reports:attachment-remove", args=[kept.pk]))

    names = set(Attachment.objects.values_list("name", flat=True))
    assert names == ({"moi.pdf"} if opens_words else {"cu.pdf"})


@pytest.mark.parametrize(("named", "opens_words", "opens_cells"), RETURNS)
def test_page_offers_what_is_open_and_says_why_the_rest_is_not(
    give_back, as_reporter, named, opens_words, opens_cells
):
    report = give_back(**named)

    page = as_reporter.get(reverse("reports:grid", args=[report.pk]))
    content = page.content.decode()

    assert ('name="difficulties"' in content) is opens_words
    assert ('class="upload-file"' in content) is opens_words
    assert ("văn bản, kinh phí và tệp kèm theo giữ nguyên như đã gửi" in content) is not opens_words
    shown = [
        place.cell for s in page.context["board"].sections for r in s.rows for place in r.places
    ]
    assert any(cell.is_open for cell in shown) is opens_cells
    # The report's own page leads to the texts only where they can be written.
    own = as_reporter.get(report.get_absolute_url()).content.decode()
    assert ("grid/#texts" in own) is opens_words


def test_evidence_of_a_returned_cell_is_open_though_the_words_are_not(give_back, as_reporter):
    report = give_back(cells=True)
    value = value_of_library()
    cell = f"{value.line_id}-{value.indicator_id}"

    as_reporter.post(
        reverse("reports:attach", args=[report.pk]),
        {"file": SimpleUploadedFile("moi.pdf", PDF), "cell": cell},
    )

    assert Attachment.objects.get().value == value


def test_department_writes_texts_of_a_returned_report_whatever_was_named(give_back, staff):
    report = give_back(cells=True)

    assert save_texts(report=report, user=staff, texts={"difficulties": "Theo công văn 5."})


def test_words_are_closed_again_by_the_next_return(give_back, sent, reporter, staff):
    give_back(cells=True, words=True)
    sent.refresh_from_db()
    again = submit(sent, reporter)
    assert not again.words_returned

    with pytest.raises(EntryRefused):
        save_texts(report=give_back(cells=True), user=reporter, texts={"difficulties": "x"})


def test_reviewer_ticks_texts_and_files(as_staff, sent):
    value = value_of_library()
    data = {
        "cell": f"{value.line_id}-{value.indicator_id}",
        "message": "Sửa lại",
        "words": "1",
        "seen": submission(sent),
    }

    as_staff.post(reverse("reports:return", args=[sent.pk]), data)

    sent.refresh_from_db()
    assert (sent.status, sent.words_returned) == ("returned", True)


def test_tick_of_texts_and_files_needs_a_message_too(as_staff, sent):
    page = as_staff.post(reverse("reports:return", args=[sent.pk]), {"words": "1"})

    sent.refresh_from_db()
    assert (page.status_code, sent.status) == (422, "submitted")
    assert 'name="words" value="1" checked' in page.content.decode()


def test_fatal_finding_in_a_cell_that_was_not_returned_says_who_can_correct_it(
    give_back, as_reporter, answer, institutions, open_round
):
    answer(open_round, "98-TV-98102", DIGITAL, "yes", approved=False)
    report = give_back(cells=True)
    for code in (LIBRARY, "98-TV-98102"):
        institutions[code].closed_on = "2020-01-01"
        institutions[code].save()

    page = as_reporter.get(reverse("reports:check", args=[report.pk])).content.decode()

    assert "1 ô dưới đây không được trả lại nên bạn không sửa được" in page
    assert page.count("Ô không được trả lại: chỉ Sở sửa được.") == 1
