"""A page left open by one person and sent by another is refused, and says so."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from reports.models import Attachment, Change, CheckNote, Report

DIGITAL = "library.digital"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def forms(report, indicators, reporter):
    """Every form of the reporting pages that keeps what somebody typed, by name."""
    line = report.round.lines.get(institution__code="98-TV-981")
    indicator = indicators[DIGITAL].pk
    kept = Attachment.objects.create(
        report=report, name="cu.pdf", size=3, sha256="0" * 64, file="attachments/cu.pdf",
        uploaded_by=reporter,
    )  # fmt: skip
    base = f"/reporting/reports/{report.pk}"
    return {
        "grid": (f"{base}/grid/", {"seen": "{}", f"c-{line.pk}-{indicator}": "Có"}),
        "line": (
            f"{base}/lines/{line.pk}/",
            {f"answer_{indicator}": "yes"}
            | {f"version_{each.pk}": "0" for each in indicators.values()},
        ),
        "texts": (f"{base}/texts/", {"difficulties": "x"}),
        "file": (f"{base}/files/", {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.4")}),
        "remove": (f"/reporting/files/{kept.pk}/remove/", {}),
        "check": (f"{base}/check/", {"tier-commune": "Các xã chưa gửi số liệu."}),
        "submit": (f"{base}/submit/", {}),
    }


NAMES = ["grid", "line", "texts", "file", "remove", "check", "submit"]


def kept(report) -> tuple:
    report = Report.objects.get(pk=report.pk)
    files = tuple(Attachment.objects.values_list("name", flat=True))
    return (
        Change.objects.count(), CheckNote.objects.count(), files, report.difficulties, report.status
    )  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_form_made_for_another_person_is_refused(
    forms, as_reporter, report, staff, answer, open_round, name
):
    answer(open_round, "98-TV-98102", DIGITAL, "yes", approved=False)
    address, data = forms[name]
    before = kept(report)

    response = as_reporter.post(address, data | {"typed_by": staff.pk})

    assert response.status_code == 409
    assert "Trang vừa gửi do người khác mở" in response.content.decode()
    assert kept(report) == before


@pytest.mark.parametrize("name", [name for name in NAMES if name != "submit"])
def test_form_made_for_the_same_person_is_taken(forms, as_reporter, report, reporter, name):
    address, data = forms[name]
    before = kept(report)

    response = as_reporter.post(address, data | {"typed_by": reporter.pk})

    assert response.status_code == 302
    assert kept(report) != before


def test_script_is_told_in_words(as_reporter, report, staff):
    response = as_reporter.post(
        reverse("reports:attach", args=[report.pk]),
        {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.4"), "typed_by": staff.pk},
        headers={"accept": "application/json"},
    )

    assert response.status_code == 409
    assert "người khác đang đăng nhập" in response.json()["message"]
    assert not Attachment.objects.exists()


@pytest.mark.parametrize("path", ["grid/", "check/", ""])
def test_pages_say_for_whom_they_were_made(as_reporter, report, reporter, answer, open_round, path):
    answer(open_round, "98-TV-981", DIGITAL, "yes", approved=False)

    page = as_reporter.get(f"/reporting/reports/{report.pk}/{path}").content.decode()

    main = page.split("<main")[1].split("</main>")[0]
    forms = [part.split("</form>")[0] for part in main.split("<form")[1:]]
    posted = [form for form in forms if 'method="post"' in form]
    assert all(f'name="typed_by" value="{reporter.pk}"' in form for form in posted)
    assert posted or path == ""


def test_old_form_of_a_former_session_is_refused_by_its_token(report, reporter):
    client = Client(enforce_csrf_checks=True)
    client.force_login(reporter, "allauth.account.auth_backends.AuthenticationBackend")

    response = client.post(f"/reporting/reports/{report.pk}/texts/", {"difficulties": "x"})

    assert response.status_code == 403
    assert "Biểu mẫu" in response.content.decode()
