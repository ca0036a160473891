"""From a file sent to the draft of a plan: refused, read, checked, registered; rights and files."""

import datetime
import threading

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models.signals import pre_save
from django.utils import timezone

from institutions import scope
from institutions.models import User
from targets.documents import recognition
from targets.documents.pdf import Picture
from targets.intake import reading, services, tasks
from targets.models import Plan, PlanDocument, PlanVersion
from targets.parsing import parse_plan
from tests import factories
from tests.conftest import PLAN_TEXT
from tests.documents import FONT, docx_of, line_of_text, pdf_of_pages, scan_of

pytestmark = pytest.mark.django_db

BLANK_SCAN = scan_of([Picture(100, 140, 1, b"\xff" * 14000)] * 2)
IN_COMMUNES = PLAN_TEXT.replace(
    "50% trung tâm văn hóa cấp xã có", "50% các xã có trung tâm văn hóa có"
)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """The folder of files, empty at first."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def files(media) -> list[str]:
    return sorted(path.relative_to(media).as_posix() for path in media.rglob("*.*"))


def in_english(client):
    client.cookies["django_language"] = "en"
    return client


def send(client, content=PLAN_TEXT, name="ke-hoach.txt", **data):
    content = content.encode() if isinstance(content, str) else content
    return in_english(client).post(
        "/plans/new/", {"file": SimpleUploadedFile(name, content), **data}
    )


def fail(*_args, **_options):
    raise OSError("no room")


def refusal(response) -> str:
    return " ".join(response.context["form"].errors.get("file", ()))


@pytest.fixture
def sent(as_staff, territory, indicators) -> PlanDocument:
    """PLAN_TEXT, read and waiting for its head to be checked."""
    send(as_staff)
    return PlanDocument.objects.get()


def filled(document, **changes) -> dict:
    """The form of the head as the page fills it in."""
    return {
        "number": "4321/KH-UBND",
        "issued_on": "25/12/2023",
        "territory": "hong-lam",
        "title": "Đẩy mạnh",
        "in_force_from": "25/12/2023",
        "report_before": "01/12",
        "baseline_year": "2022",
        "growth_method": "compound",
        "growth_min_panel": "80",
        **changes,
    }


def check(client, document, **changes):
    return in_english(client).post(document.get_absolute_url(), filled(document, **changes))


# Sent ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["txt", "docx"])
def test_text_is_read_at_once_and_its_head_is_shown(
    as_staff, staff, territory, indicators, media, form
):
    content = PLAN_TEXT if form == "txt" else docx_of(PLAN_TEXT.replace("\n", "\n\n"))
    response = send(as_staff, content, f"ke-hoach.{form}")
    document = PlanDocument.objects.get()
    assert response["Location"] == document.get_absolute_url()
    assert (document.status, document.territory, document.uploaded_by) == (
        "read", territory, staff,
    )  # fmt: skip
    assert "70% thư viện" in document.text
    assert not Plan.objects.exists()
    assert len(files(media)) == 1


def test_page_fills_the_head_in(as_staff, sent, territory):
    form = as_staff.get(sent.get_absolute_url()).context["form"]
    assert {name: form.initial[name] for name in filled(sent)} == {
        "number": "4321/KH-UBND",
        "issued_on": datetime.date(2023, 12, 25),
        "territory": territory,
        "title": form.initial["title"],
        "in_force_from": datetime.date(2023, 12, 25),
        "report_before": (12, 1),
        "baseline_year": 2022,
        "growth_method": "compound",
        "growth_min_panel": 80,
    }


FOREST = """\
Số: 55/KH-UBND

Hồng Lam, ngày 10 tháng 01 năm 2025

KẾ HOẠCH
Phòng cháy, chữa cháy rừng mùa khô năm 2025

I. MỤC TIÊU

Đến năm 2025, 90% chủ rừng ký cam kết bảo vệ rừng.
"""


def test_document_about_another_matter_is_refused_and_nothing_saved(
    as_staff, territory, indicators, media
):
    response = send(as_staff, FOREST, "a.txt")
    assert response.status_code == 200
    assert "about another matter" in response.content.decode()
    assert not PlanDocument.objects.exists()
    assert not PlanVersion.objects.exists()
    assert not [path for path in media.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    "hint",
    ["Căn cứ Quyết định 1520/QĐ-TTg", "Về việc phát triển thu vién", "Đối với Bảo tàng tỉnh"],
)
def test_document_of_the_programme_without_a_target_is_taken_with_a_warning(
    as_staff, territory, indicators, media, hint
):
    sent = send(as_staff, FOREST.replace("I. MỤC", f"{hint}\n\nI. MỤC"), "a.txt")["Location"]
    words = as_staff.get(sent).content.decode()
    assert '<details class="give-up" id="give-up" open>' in words


def test_target_said_twice_is_counted_once(as_staff, sent):
    sent.text += (
        "\nĐến năm 2025, 75% thư viện công cộng cấp huyện cung cấp dịch vụ học tập suốt đời.\n"
    )
    sent.save()
    announced = as_staff.get(sent.get_absolute_url()).context["read"].count
    as_staff.post(sent.get_absolute_url(), filled(sent))
    assert PlanVersion.objects.get().targets.count() == announced


def test_limit_is_written_as_it_was_set(as_staff, territory):
    assert "tối đa 50 MB" in as_staff.get("/plans/new/").content.decode()


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        ("", "a.txt", "empty"),
        (b"\x00\x01\x02\x03" * 200, "a.txt", "no text"),
        ("Số: 1/KH-UBND\nHồng Lam, ngày 01 tháng 02 năm 2024\nKính gửi.", "a.txt", "objectives"),
        (docx_of("Kính gửi các sở."), "a.docx", "objectives"),
        (b"PK\x03\x04 no archive", "a.docx", ""),
        (b"%PDF-1.7 broken", "a.pdf", ""),
        (b"\xff\xd8\xff\xe0 a photo", "a.jpg", ""),
        (pdf_of_pages([b""] * 4), "a.pdf", ""),
    ],
    ids=["empty", "binary", "letter", "letter in Word", "no Word", "no PDF", "photo", "pages"],
)
def test_file_that_is_no_plan_is_refused_and_nothing_saved(
    as_staff, territory, indicators, media, settings, content, name, reason
):
    settings.MAX_PLAN_PAGES = 3
    response = send(as_staff, content, name)
    assert response.status_code == 200
    assert reason in refusal(response)
    assert refusal(response)
    assert not PlanDocument.objects.exists()
    assert files(media) == []


def test_file_that_is_too_large_is_refused(as_staff, territory, media, settings):
    settings.MAX_PLAN_BYTES = 10
    assert "larger than" in refusal(send(as_staff))
    assert files(media) == []


def test_page_without_a_document_asks_for_one(as_staff, territory):
    assert "file" in as_staff.post("/plans/new/").context["form"].errors


def test_plan_of_a_foreign_territory_is_refused(as_outsider, territory, indicators, media):
    assert "not yours to register" in refusal(send(as_outsider))
    assert not PlanDocument.objects.exists()
    assert files(media) == []


def test_plan_of_another_province_than_the_chosen_one_is_refused(
    as_staff, staff, territory, other_territory, indicators
):
    factories.MembershipFactory(user=staff, territory=other_territory)
    response = send(as_staff, territory=other_territory.slug)
    assert "not of" in refusal(response)
    assert not PlanDocument.objects.exists()


def test_territory_out_of_ones_rights_cannot_be_chosen(as_outsider, territory, indicators):
    response = send(as_outsider, territory="hong-lam")
    assert "territory" in response.context["form"].errors


def test_document_registered_already_is_refused_with_a_link(as_staff, plan, media):
    response = send(as_staff)
    assert "registered already" in refusal(response)
    assert f'href="{plan.get_absolute_url()}"' in refusal(response)
    assert f'href="{plan.get_absolute_url()}"' in response.content.decode()
    assert files(media) == []


def test_document_on_its_way_is_not_taken_twice(as_staff, sent, media):
    response = send(as_staff)
    assert f'href="{sent.get_absolute_url()}"' in refusal(response)
    assert PlanDocument.objects.count() == 1
    assert len(files(media)) == 1


def test_one_person_fills_neither_the_disk_nor_the_queue(as_staff, staff, territory, media):
    for _number in range(services.MOST_ON_THEIR_WAY):
        factories.PlanDocumentFactory(uploaded_by=staff)
    before = files(media)
    assert str(services.MOST_ON_THEIR_WAY) in refusal(send(as_staff))
    assert files(media) == before


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../../etc/passwd.txt", ".txt"),
        ("ễ" * 90 + ".txt", ".txt"),  # three bytes a letter: more than a file system takes
        ("a." + "x" * 150, ""),
        ("???", ""),
        ("<img src=x onerror=alert(1)>.txt", ".txt"),
    ],
)
def test_file_is_kept_under_a_name_of_our_own(as_staff, territory, indicators, media, name, kept):
    assert send(as_staff, name=name).status_code == 302
    document = PlanDocument.objects.get()
    assert document.file.name == f"plans/incoming/{document.sha256[:32]}{kept}"
    assert name.rpartition("/")[2] == document.name
    check(as_staff, document)
    version = PlanVersion.objects.get()
    assert version.source_file.name == f"plans/{document.sha256[:32]}{kept}"
    page = as_staff.get(version.get_absolute_url()).content.decode()
    assert "<img src=x" not in page
    source = as_staff.get(f"/plans/{version.pk}/source/")
    assert source["Content-Disposition"].startswith("attachment")
    assert source["X-Content-Type-Options"] == "nosniff"


def test_document_that_cannot_be_queued_keeps_its_file(
    as_staff, territory, media, monkeypatch, django_capture_on_commit_callbacks
):
    """The row stands already when the queue fails: its page offers to begin again."""
    monkeypatch.setattr(recognition, "command", lambda: "tesseract")
    monkeypatch.setattr(type(tasks.read_document), "enqueue", fail)
    with django_capture_on_commit_callbacks(execute=True):
        assert send(as_staff, BLANK_SCAN, "quet.pdf", territory="hong-lam").status_code == 302
    document = PlanDocument.objects.get()
    assert document.file.storage.exists(document.file.name)


def test_file_that_cannot_be_recorded_is_not_kept(staff, territory, indicators, media):
    def full_disk(**_kwargs):
        raise OSError("no space left")

    pre_save.connect(full_disk, sender=PlanDocument)
    try:
        with pytest.raises(OSError, match="no space"):
            services.send(content=PLAN_TEXT.encode(), name="a.txt", territory=None, user=staff)
    finally:
        pre_save.disconnect(full_disk, sender=PlanDocument)
    assert files(media) == []


@pytest.mark.parametrize("client", ["as_reporter", "as_leader", "as_administrator"])
def test_registering_is_the_departments_own(client, territory, request):
    assert request.getfixturevalue(client).get("/plans/new/").status_code == 403


@pytest.mark.tesseract
def test_scan_waits_for_the_worker_and_is_read_after_the_commit(
    as_staff, territory, indicators, media, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as callbacks:
        send(as_staff, BLANK_SCAN, "quet.pdf")
    document = PlanDocument.objects.get()
    assert (document.status, document.pages, len(callbacks)) == ("waiting", 2, 1)
    callbacks[0]()  # what the worker does
    document.refresh_from_db()
    assert (document.status, document.problem) == ("refused", "no_text")
    assert files(media) == []


LONG_TEXT = PLAN_TEXT + "IV. PHỤ LỤC\n" + "Danh sách các thiết chế của tỉnh.\n" * 4000


def test_long_document_is_read_by_the_worker_and_not_again_on_its_page(
    as_staff, territory, indicators, monkeypatch, django_capture_on_commit_callbacks
):
    assert len(LONG_TEXT) > reading.READ_AT_ONCE
    readings = []

    def counted(*args, **kwargs):
        readings.append(args)
        return parse_plan(*args, **kwargs)

    monkeypatch.setattr(reading, "parse_plan", counted)
    with django_capture_on_commit_callbacks() as callbacks:
        send(as_staff, LONG_TEXT.encode())
    document = PlanDocument.objects.get()
    assert (document.status, len(callbacks), readings) == ("waiting", 1, [])
    callbacks[0]()  # what the worker does
    document.refresh_from_db()
    assert (document.status, document.territory) == ("read", territory)
    check(as_staff, document)
    assert PlanVersion.objects.get().targets.count() == 6
    assert len(readings) == 1


# Read in the worker --------------------------------------------------------------------------


@pytest.fixture
def waiting(staff, territory, indicators):
    """A document as the worker finds it: `waiting(PLAN_TEXT)`."""

    def make(content=PLAN_TEXT, name="ke-hoach.txt", **columns):
        content = content.encode() if isinstance(content, str) else content
        return factories.PlanDocumentFactory(
            file=ContentFile(content, name=name), name=name,
            **{"pages": 1, "uploaded_by": staff, **columns},
        )  # fmt: skip

    return make


def test_worker_reads_a_document(waiting, territory):
    document = waiting()
    tasks.read_document.enqueue(document.pk)
    document.refresh_from_db()
    assert (document.status, document.territory, document.text) == ("read", territory, PLAN_TEXT)


def test_worker_says_how_far_it_is(waiting):
    """Three pages of no plan: refused after the last, each noted before."""
    document = waiting(pdf_of_pages([line_of_text("Page")] * 3, FONT), "a.pdf", pages=3)
    reading.read(document.pk)
    document.refresh_from_db()
    assert (document.pages_read, document.pages) == (3, 3)


def test_document_refused_while_read_leaves_its_reason_and_no_file(waiting, media):
    document = waiting("Kính gửi các sở.")
    reading.read(document.pk)
    document.refresh_from_db()
    assert (document.status, document.problem, document.file.name) == (
        "refused", "no_objectives", "",
    )  # fmt: skip
    assert files(media) == []


def test_scan_of_a_foreign_plan_is_refused(waiting, other_territory, media):
    factories.MembershipFactory(
        user=(stranger := factories.UserFactory()), territory=other_territory
    )
    document = waiting(uploaded_by=stranger)
    reading.read(document.pk)
    document.refresh_from_db()
    assert (document.status, document.problem) == ("refused", "other_province")


@pytest.mark.parametrize("status", ["reading", "read", "refused"])
def test_second_reading_changes_nothing(waiting, status):
    document = waiting(status=status, text="so far")
    reading.read(document.pk)
    document.refresh_from_db()
    assert (document.status, document.text) == (status, "so far")


def test_document_given_up_while_waiting_is_left_alone(waiting):
    document = waiting()
    pk = document.pk
    services.give_up(document)
    reading.read(pk)
    assert not PlanDocument.objects.exists()


def test_reading_that_was_given_up_stops_at_the_next_page(waiting):
    document = waiting()
    hold = reading.Hold.take(document.pk)
    services.give_up(document)
    with pytest.raises(reading.HoldLost):
        hold.progress(1, 3)


def test_refused_document_that_was_given_up_meanwhile_is_no_trouble(waiting, monkeypatch):
    def given_up(*_args):
        PlanDocument.objects.all().delete()
        raise reading.DocumentRefused("no plan", code="no_objectives")

    monkeypatch.setattr(reading, "opened", given_up)
    reading.read(waiting().pk)
    assert not PlanDocument.objects.exists()


def test_reading_that_was_taken_over_writes_nothing_any_more(waiting, clock):
    document = waiting()
    clock("2025-01-01")
    slow = reading.Hold.take(document.pk)
    clock("2025-01-02")
    services.begin_again(document)
    reading.Hold.take(document.pk).progress(1, 3)
    with pytest.raises(reading.HoldLost):
        slow.renew(status="read", text="late")
    document.refresh_from_db()
    assert (document.status, document.text) == ("reading", "")


def test_document_is_held_by_one_reading_only(waiting):
    document = waiting()
    assert reading.Hold.take(document.pk) is not None
    assert reading.Hold.take(document.pk) is None


def test_unforeseen_trouble_leaves_the_document_to_be_read_again(waiting, media):
    document = waiting()
    document.file.storage.delete(document.file.name)  # somebody tidied the folder
    with pytest.raises(FileNotFoundError):
        reading.read(document.pk)
    document.refresh_from_db()
    assert reading.stage(document) == "stopped"
    assert services.may_begin_again(document)


MINUTES = datetime.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("status", "sent_before", "progressed_before", "expected"),
    [
        ("waiting", 0.1, None, "waiting"),
        ("waiting", 1, None, "no_worker"),
        ("waiting", 60, 0.1, "waiting"),  # asked for again just now
        ("reading", 60, 1, "reading"),
        ("reading", 60, 6, "stopped"),
        ("reading", 60, None, "stopped"),
    ],
)
def test_stage_is_told_by_the_signs_of_life(
    waiting, status, sent_before, progressed_before, expected
):
    now = timezone.now()
    document = waiting(
        status=status,
        progressed_at=None if progressed_before is None else now - progressed_before * MINUTES,
    )
    document.uploaded_at = now - sent_before * MINUTES
    assert reading.stage(document, now) == expected


def test_worker_that_reads_another_document_is_not_missed(waiting):
    now = timezone.now()
    waiting(status="reading", progressed_at=now)
    document = waiting()
    document.uploaded_at = now - MINUTES
    assert reading.stage(document, now) == "behind"


@pytest.mark.parametrize(
    ("status", "minutes", "again"),
    [("reading", 1, False), ("reading", 6, True), ("waiting", 1, False), ("waiting", 6, True),
     ("read", 6, False), ("refused", 6, False)],
)  # fmt: skip
def test_only_a_stopped_reading_is_begun_again(
    as_staff, waiting, territory, status, minutes, again, django_capture_on_commit_callbacks
):
    document = waiting(
        status=status, territory=territory, progressed_at=timezone.now() - minutes * MINUTES
    )
    with django_capture_on_commit_callbacks(execute=True):
        as_staff.post(f"/plans/documents/{document.pk}/again/")
    document.refresh_from_db()
    assert (document.status == "read" and document.text == PLAN_TEXT) is again


def test_document_given_up_leaves_neither_row_nor_file(
    as_staff, sent, media, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        as_staff.post(f"/plans/documents/{sent.pk}/give-up/")
    assert not PlanDocument.objects.exists()
    assert files(media) == []


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"status": "reading", "pages": 12, "pages_read": 3}, "3/12"),
        ({"status": "refused", "problem": "encrypted"}, str(reading.words("encrypted"))),
    ],
)
def test_page_of_a_document_says_how_far_it_is(as_staff, waiting, territory, columns, words):
    document = waiting(territory=territory, progressed_at=timezone.now(), **columns)
    for address in ("", "progress/"):
        response = as_staff.get(f"{document.get_absolute_url()}{address}")
        assert words in response.content.decode()


@pytest.mark.parametrize(("status", "refreshes"), [("reading", True), ("refused", False)])
def test_page_refreshes_itself_without_a_script_only_while_read(
    as_staff, waiting, territory, status, refreshes
):
    document = waiting(territory=territory, status=status, progressed_at=timezone.now())
    page = as_staff.get(document.get_absolute_url()).content.decode()
    assert ('<noscript><meta http-equiv="refresh"' in page) is refreshes


# Who sees it ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("territory_known", "client", "status"),
    [(True, "as_staff", 200), (False, "as_staff", 404), (True, "as_outsider", 404)],
)
def test_document_is_the_senders_and_the_departments(
    territory, indicators, request, territory_known, client, status
):
    document = factories.PlanDocumentFactory(territory=territory if territory_known else None)
    response = request.getfixturevalue(client).get(document.get_absolute_url())
    assert response.status_code == status


def test_who_changed_to_another_department_sees_no_more_of_the_old_one(
    as_outsider, territory, other_territory
):
    sender = User.objects.get(pk=as_outsider.session["_auth_user_id"])
    document = factories.PlanDocumentFactory(territory=territory, uploaded_by=sender)
    for address in ("", "progress/", "pages/1.png"):
        assert as_outsider.get(f"{document.get_absolute_url()}{address}").status_code == 404
    for address in ("again/", "give-up/"):
        assert as_outsider.post(f"{document.get_absolute_url()}{address}").status_code == 404
    assert not services.on_their_way(sender)


@pytest.mark.parametrize("n", [1, 3])
def test_list_of_documents_takes_one_query(
    as_staff, staff, territory, n, django_assert_num_queries
):
    for _ in range(n):
        factories.PlanDocumentFactory(uploaded_by=staff, territory=territory)
    scope.rights(staff)
    with django_assert_num_queries(1):
        shown = [
            (row.territory.short_name, row.uploaded_by) for row in services.on_their_way(staff)
        ]
    assert shown == [("Hồng Lam", staff)] * n


def test_list_of_plans_shows_what_is_on_its_way(as_staff, sent):
    page = as_staff.get("/plans/").content.decode()
    assert f'href="{sent.get_absolute_url()}"' in page


# Its head checked ----------------------------------------------------------------------------


def test_checked_head_becomes_a_draft_with_proposed_targets(
    as_staff, staff, sent, territory, media, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        response = check(
            as_staff, sent, in_force_from="01/01/2024", growth_method="mean",
            growth_min_panel="70", baseline_year="2023",
        )  # fmt: skip
    version = PlanVersion.objects.get()
    assert response["Location"] == version.get_absolute_url()
    assert (
        version.plan.territory, version.number, version.title, version.issued_on,
        version.in_force_from, version.report_before_month, version.report_before_day,
        version.baseline_year, version.growth_method, version.growth_min_panel,
        version.status, version.registered_by, version.text, version.source_name,
    ) == (
        territory, "4321/KH-UBND", "Đẩy mạnh", datetime.date(2023, 12, 25),
        datetime.date(2024, 1, 1), 12, 1, 2023, "mean", 70,
        "draft", staff, PLAN_TEXT, "ke-hoach.txt",
    )  # fmt: skip
    assert set(version.targets.values_list("state", flat=True)) == {"proposed"}
    assert not PlanDocument.objects.exists()
    assert files(media) == [version.source_file.name]
    assert version.source_file.read() == PLAN_TEXT.encode()


def test_scan_keeps_its_pages_and_doubts(as_staff, sent):
    PlanDocument.objects.update(is_scan=True, pages=2, page_starts=[0, 50], doubts=[[3, 9]])
    check(as_staff, sent)
    version = PlanVersion.objects.get()
    assert (version.is_scan, version.page_starts, version.doubts) == (True, [0, 50], [[3, 9]])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": ""}, "number"),
        ({"issued_on": ""}, "issued_on"),
        ({"issued_on": "32/13/2023"}, "issued_on"),
        ({"issued_on": "25/12/2123", "in_force_from": "25/12/2123"}, "issued_on"),
        ({"in_force_from": "24/12/2023"}, "in_force_from"),
        ({"territory": ""}, "territory"),
        ({"territory": "no-such"}, "territory"),
        ({"report_before": "31/02"}, "report_before"),
        ({"report_before": "hằng năm"}, "report_before"),
        ({"baseline_year": "2024"}, "baseline_year"),
        ({"baseline_year": ""}, "baseline_year"),
        ({"growth_method": ""}, "growth_method"),
        ({"growth_min_panel": "0"}, "growth_min_panel"),
        ({"growth_min_panel": "101"}, "growth_min_panel"),
        ({"in_force_from": "25/12/2032"}, "in_force_from"),
        ({"in_force_from": "31/12/9999"}, "in_force_from"),
        ({"number": "4" * 61}, "number"),
        ({"number": "\u200b \x01"}, "number"),
        ({"title": "x" * 501}, "title"),
    ],
    ids=str,
)
def test_impossible_head_is_refused_beside_its_field_and_keeps_what_was_typed(
    as_staff, sent, media, changes, field
):
    response = check(as_staff, sent, **{"title": "Tên do người nhập", **changes})
    assert list(response.context["form"].errors) == [field]
    assert changes.get("title", "Tên do người nhập") in response.content.decode()
    assert not Plan.objects.exists()
    assert PlanDocument.objects.filter(status="read").exists()
    assert len(files(media)) == 1


def test_day_before_any_calendar_of_ours_is_refused(as_staff, sent):
    response = check(as_staff, sent, issued_on="01/01/0001", in_force_from="01/01/0001")
    assert list(response.context["form"].errors) == ["territory", "baseline_year"]


def test_day_after_the_territory_ended_is_refused(as_staff, sent):
    response = check(as_staff, sent, issued_on="01/08/2025", in_force_from="01/08/2025")
    assert list(response.context["form"].errors) == ["territory"]


@pytest.mark.parametrize("day", ["29/02", "1/12", "05-12"])
def test_deadline_is_a_day_of_any_year(as_staff, sent, day):
    check(as_staff, sent, report_before=day)
    assert PlanVersion.objects.get().report_before_day in (29, 1, 5)


def test_deadline_may_be_left_empty(as_staff, sent):
    check(as_staff, sent, report_before="")
    assert PlanVersion.objects.get().report_before_month is None


def test_number_that_is_registered_is_refused_with_a_link(as_staff, sent, territory):
    other = factories.PlanVersionFactory(plan__territory=territory, number="4321/KH-UBND")
    response = check(as_staff, sent)
    assert other.get_absolute_url() in " ".join(response.context["form"].errors["number"])


@pytest.mark.parametrize(
    ("issued_on", "in_force_from", "wrong"),
    [
        ("26/12/2023", "09/01/2024", True),
        ("26/12/2023", "10/01/2024", False),
        # Issued before the plan that is there: the older one, registered afterwards.
        ("01/12/2023", "02/12/2023", False),
        ("01/12/2023", "10/01/2024", False),
        ("01/12/2023", "11/01/2024", True),
    ],
)
def test_documents_take_effect_in_the_order_of_their_issue(
    as_staff, territory, plan, issued_on, in_force_from, wrong
):
    """The published plan: issued on 25/12/2023, in force from 10/01/2024."""
    PlanVersion.objects.update(in_force_from=datetime.date(2024, 1, 10))
    send(as_staff, PLAN_TEXT.replace("4321/", "4322/"))
    response = check(
        as_staff,
        PlanDocument.objects.get(),
        number="4322/KH-UBND",
        issued_on=issued_on,
        in_force_from=in_force_from,
    )
    found = list(response.context["form"].errors) if response.context else []
    assert found == ["in_force_from"] * wrong


def test_page_says_which_plan_a_document_amends(as_staff, plan):
    plan.baseline_year = 2021
    plan.save()
    send(as_staff, PLAN_TEXT.replace("4321/", "4322/"))
    response = as_staff.get(PlanDocument.objects.get().get_absolute_url())
    assert response.context["amended"] == plan
    assert response.context["form"].initial["baseline_year"] == 2021
    assert f'href="{plan.get_absolute_url()}"' in response.content.decode()


def test_communes_are_asked_for_only_where_the_plan_counts_them(as_staff, sent):
    assert "commune_scope" not in as_staff.get(sent.get_absolute_url()).context["form"].fields


def test_which_communes_count_has_to_be_chosen(as_staff, territory, indicators):
    send(as_staff, IN_COMMUNES)
    document = PlanDocument.objects.get()
    form = as_staff.get(document.get_absolute_url()).context["form"]
    assert "commune_scope" in form.fields
    assert "checked" not in str(form["commune_scope"])
    assert list(check(as_staff, document).context["form"].errors) == ["commune_scope"]
    check(as_staff, document, commune_scope="rural")
    assert PlanVersion.objects.get().commune_scope == "rural"


def test_what_was_not_read_is_empty_and_asked_for(as_staff, territory, indicators):
    text = PLAN_TEXT.replace("Số: 4321/KH-UBND", "Số:").replace(
        "ngày 25 tháng 12", "ngày   tháng  "
    )
    send(as_staff, text, territory="hong-lam")
    document = PlanDocument.objects.get()
    response = as_staff.get(document.get_absolute_url())
    rows = {row.field.name: row for row in response.context["head"]}
    assert [name for name, row in rows.items() if row.is_empty] == [
        "number", "issued_on", "in_force_from",
    ]  # fmt: skip
    assert response.content.decode().count("read-from missing") == 3  # in force from, too
    assert list(check(as_staff, document, number="").context["form"].errors) == ["number"]


def test_text_that_a_later_reader_refuses_says_why_and_can_be_given_up(as_staff, sent):
    PlanDocument.objects.update(text="Không còn mục nào đọc được.")
    for response in (as_staff.get(sent.get_absolute_url()), check(as_staff, sent)):
        assert response.status_code == 200
        page = response.content.decode()
        assert str(reading.words("no_objectives")) in page
        assert f"/plans/documents/{sent.pk}/give-up/" in page
    assert not Plan.objects.exists()


def test_what_is_pasted_into_the_head_is_one_line_of_letters(as_staff, sent):
    check(as_staff, sent, number=" 4321/KH-\x07UBND\u202e ", title="Đẩy\r\n  mạnh\x00")
    version = PlanVersion.objects.get()
    assert (version.number, version.title) == ("4321/KH-UBND", "Đẩy mạnh")


def test_document_registered_in_another_window_is_not_registered_twice(as_staff, sent, staff):
    head = services.Head(
        territory=sent.territory,
        number="4321/KH-UBND",
        issued_on=datetime.date(2023, 12, 25),
        in_force_from=datetime.date(2023, 12, 25),
    )
    services.register(sent, head, staff)
    with pytest.raises(services.PlanError):
        services.register(sent, head, staff)
    assert PlanVersion.objects.count() == 1


def test_failed_registration_leaves_the_document_as_it_was(staff, sent, media):
    before = files(media)
    head = services.Head(
        territory=sent.territory,
        number="4321/KH-UBND",
        issued_on=datetime.date(2023, 12, 25),
        in_force_from=datetime.date(2023, 12, 25),
        growth_min_panel=0,  # the database forbids it
    )
    with pytest.raises(ValidationError):
        services.register(sent, head, staff)
    assert files(media) == before
    assert PlanDocument.objects.filter(pk=sent.pk).exists()
    assert not Plan.objects.exists()


# Corrected while a draft -----------------------------------------------------------------------


@pytest.fixture
def draft(as_staff, sent):
    check(as_staff, sent)
    return PlanVersion.objects.get()


def test_settings_of_a_draft_are_changed_with_history(as_staff, staff, draft):
    response = as_staff.post(
        f"/plans/{draft.pk}/settings/", filled(None, number="9/KH-UBND", growth_min_panel="60")
    )
    assert response["Location"] == draft.get_absolute_url()
    draft.refresh_from_db()
    assert (draft.number, draft.growth_min_panel, draft.text) == ("9/KH-UBND", 60, PLAN_TEXT)
    latest, *_others, first = draft.history.all()
    assert (latest.history_user, latest.number, first.number) == (
        staff, "9/KH-UBND", "4321/KH-UBND",
    )  # fmt: skip


def test_settings_page_begins_with_what_stands(as_staff, draft):
    form = as_staff.get(f"/plans/{draft.pk}/settings/").context["form"]
    assert form.initial["number"] == "4321/KH-UBND"
    assert form.initial["report_before"] == (12, 1)
    assert "territory" not in form.fields


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"number": "88/KH-UBND"}, "number"), ({"in_force_from": "01/01/2020"}, "in_force_from")],
)
def test_settings_that_collide_are_refused(as_staff, draft, changes, field):
    factories.PlanVersionFactory(plan=draft.plan, number="88/KH-UBND")
    response = as_staff.post(f"/plans/{draft.pk}/settings/", filled(None, **changes))
    assert list(response.context["form"].errors) == [field]
    draft.refresh_from_db()
    assert draft.number == "4321/KH-UBND"


def test_answer_about_communes_outlives_a_time_in_which_none_is_asked(as_staff, draft):
    PlanVersion.objects.update(commune_scope="rural")
    as_staff.post(f"/plans/{draft.pk}/settings/", filled(None, baseline_year="2021"))
    draft.refresh_from_db()
    assert (draft.baseline_year, draft.commune_scope) == (2021, "rural")


def test_target_in_communes_added_later_is_asked_about_before_publishing(as_staff, staff, draft):
    draft.targets.all().delete()
    factories.TargetFactory(version=draft, counts="commune", state="confirmed")
    plan_page = in_english(as_staff).get(draft.get_absolute_url()).content.decode()
    assert f'href="/plans/{draft.pk}/settings/">Say which communes count' in plan_page
    assert f'action="/plans/{draft.pk}/publish/"' not in plan_page
    response = as_staff.post(f"/plans/{draft.pk}/publish/", follow=True)
    assert response.redirect_chain == [(f"/plans/{draft.pk}/settings/", 302)]
    assert "first say whether wards" in response.content.decode()
    form = response.context["form"]
    assert "checked" not in str(form["commune_scope"])
    as_staff.post(f"/plans/{draft.pk}/settings/", filled(None, commune_scope="rural"), follow=True)
    as_staff.post(f"/plans/{draft.pk}/publish/")
    draft.refresh_from_db()
    assert (draft.status, draft.commune_scope) == ("published", "rural")


def test_draft_deleted_in_another_window_is_gone(draft, staff):
    services.discard(draft)
    services.discard(draft)
    with pytest.raises(services.PlanError):
        services.change_head(
            draft, services.Head(None, "1", draft.issued_on, draft.issued_on), staff
        )


def test_settings_of_a_published_plan_are_fixed(as_staff, plan):
    response = as_staff.post(f"/plans/{plan.pk}/settings/", filled(None, number="9/KH-UBND"))
    assert response["Location"] == plan.get_absolute_url()
    plan.refresh_from_db()
    assert plan.number == "4321/KH-UBND"


def test_draft_registered_by_mistake_is_deleted_with_its_file(
    as_staff, draft, media, django_capture_on_commit_callbacks
):
    PlanDocument.objects.all().delete()
    with django_capture_on_commit_callbacks(execute=True):
        as_staff.post(f"/plans/{draft.pk}/discard/")
    assert not Plan.objects.exists()
    assert draft.source_file.name not in files(media)
    assert PlanVersion.history.filter(number="4321/KH-UBND", history_type="-").exists()
    assert send(as_staff).status_code == 302  # its number is free again


def test_file_that_cannot_be_deleted_stops_nobody(
    sent, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(FileSystemStorage, "delete", fail)
    with django_capture_on_commit_callbacks(execute=True):
        services.give_up(sent)
    assert not PlanDocument.objects.exists()


def test_published_plan_is_not_deleted(as_staff, plan):
    response = as_staff.post(f"/plans/{plan.pk}/discard/")
    assert response["Location"] == plan.get_absolute_url()
    assert PlanVersion.objects.filter(pk=plan.pk).exists()


# Pictures of pages -----------------------------------------------------------------------------


@pytest.fixture
def with_pages(plan):
    plan.source_file.save("ke-hoach.pdf", ContentFile(pdf_of_pages([b""] * 2)))
    plan.page_starts = [0, 100]
    plan.save()
    return plan


@pytest.mark.parametrize(("number", "status"), [(0, 404), (1, 200), (2, 200), (3, 404)])
def test_page_of_a_pdf_is_a_picture_for_those_who_see_the_plan(
    as_leader, with_pages, number, status
):
    response = as_leader.get(f"/plans/{with_pages.pk}/pages/{number}.png")
    assert response.status_code == status
    if status == 200:
        assert response["Content-Type"] == "image/png"
        assert response.content.startswith(b"\x89PNG")
        assert "private" in response["Cache-Control"]


def test_document_without_pages_has_no_pictures(as_staff, plan):
    assert as_staff.get(f"/plans/{plan.pk}/pages/1.png").status_code == 404


def test_picture_of_a_lost_file_is_not_found(as_staff, with_pages):
    with_pages.source_file.storage.delete(with_pages.source_file.name)
    assert as_staff.get(f"/plans/{with_pages.pk}/pages/1.png").status_code == 404


# Two at once -----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_read_one_document(staff, territory, indicators):
    document = factories.PlanDocumentFactory(uploaded_by=staff, pages=1)
    holds, ready = [], threading.Barrier(4)

    def take():
        ready.wait()
        holds.append(reading.Hold.take(document.pk))
        connection.close()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(hold is not None for hold in holds) == 1
