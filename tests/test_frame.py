"""The frame of every page: menus, language, log-in, refusals, and the content policy."""

import re

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.test import Client, RequestFactory
from django.views.csrf import csrf_failure
from django.views.defaults import bad_request, server_error

from institutions.models import AdministrativeUnit
from tests import factories

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
NOWHERE = "/no/such/page/"


def text_of(response) -> str:
    """What a person reads: without tags, with single blanks."""
    body = re.sub(
        r"<(script|style|head)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL
    )
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


# Content policy ------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/accounts/login/", NOWHERE])
def test_pages_carry_a_policy_without_inline_code(path):
    policy = Client().get(path).headers["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == "'self'"
    assert directives["frame-ancestors"] == "'none'"
    assert "unsafe" not in policy
    assert not {"script-src", "style-src"} & set(directives)


INLINE = re.compile(
    r"""<style\b
    | \sstyle\s*=
    | \son(?:click|change|submit|load|input|focus|blur|key\w+|mouse\w+)\s*=
    | <script\b(?![^>]*\bsrc=)(?![^>]*application/json)
    | javascript:""",
    re.VERBOSE | re.IGNORECASE,
)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('<p style="color: red">', True),
        ("<style>p {}</style>", True),
        ('<button onclick="go()">', True),
        ("<script>go()</script>", True),
        ('<script src="/a.js" defer></script>', False),
        ('<script type="application/json">{}</script>', False),
        ('<link rel="stylesheet" href="/a.css" class="no-inline-styles">', False),
    ],
)
def test_inline_code_is_recognised(source, found):
    assert bool(INLINE.search(source)) == found


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(settings.BASE_DIR)))
def test_template_has_no_inline_code(path):
    assert INLINE.findall(path.read_text(encoding="utf-8")) == []


# Refusals ------------------------------------------------------------------------------------


def test_unknown_address_is_refused_in_vietnamese_with_a_way_back(as_staff):
    response = as_staff.get(NOWHERE)
    assert response.status_code == 404
    assert "Trang này không có" in text_of(response)
    assert 'class="btn btn-primary" href="/"' in response.content.decode()


@pytest.mark.django_db
def test_unknown_address_leads_a_stranger_to_the_log_in():
    response = Client().get(NOWHERE)
    assert response.status_code == 404
    assert "Đến trang đăng nhập" in text_of(response)


def test_what_a_role_may_not_do_is_refused_in_vietnamese(as_staff):
    response = as_staff.get("/admin/")
    response = as_staff.get(response.url) if response.status_code == 302 else response
    assert response.status_code == 403
    assert "Tài khoản của bạn không được làm việc này" in text_of(response)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (server_error, "Hệ thống gặp lỗi"),
        (lambda request: bad_request(request, None), "Hệ thống không hiểu yêu cầu này"),
        (csrf_failure, "Biểu mẫu này đã hết hiệu lực"),
    ],
)
def test_errors_are_told_without_a_database(answer, words):
    """No `db` fixture: a query would fail this test."""
    assert words in text_of(answer(RequestFactory().get("/")))


# Menus ---------------------------------------------------------------------------------------


def menu_links(response) -> list[str]:
    found = re.findall(r'<a class="dropdown-item" href="([^"]*)"', response.content.decode())
    return [link for link in found if re.fullmatch(r"/[\w-]+/\d{4}/", link)]


def test_territories_of_the_menu_are_those_the_person_sees(
    as_staff, as_national_leader, territory, other_territory
):
    for each in (territory, other_territory):
        factories.ReportingRoundFactory(territory=each, year=2024)
    assert menu_links(as_national_leader.get(NOWHERE)) == ["/hong-lam/2024/", "/thanh-son/2024/"]
    assert menu_links(as_staff.get(NOWHERE)) == []


def test_territories_without_a_round_are_not_offered(as_national_leader, territory):
    AdministrativeUnit.objects.filter(pk=territory.pk).get()
    assert menu_links(as_national_leader.get(NOWHERE)) == []


@pytest.mark.parametrize("rounds", [2, 6])
def test_menus_cost_one_query(
    as_national_leader, territory, other_territory, rounds, django_assert_num_queries
):
    for each in (territory, other_territory):
        for year in range(2020, 2020 + rounds):
            factories.ReportingRoundFactory(territory=each, year=year)
    as_national_leader.get(NOWHERE)
    # Session, person, memberships of the person, what went into their territories, rounds.
    with django_assert_num_queries(5):
        as_national_leader.get(NOWHERE)


# Language ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_vietnamese_does_not_follow_the_browser():
    response = Client(headers={"accept-language": "en-GB,en;q=0.9"}).get("/accounts/login/")
    assert response.headers["Content-Language"] == "vi"
    assert '<html lang="vi">' in response.content.decode()


@pytest.mark.django_db
def test_language_switch_keeps_the_page():
    client = Client()
    response = client.post("/i18n/setlang/", {"language": "en", "next": "/accounts/login/?a=1"})
    assert response.url == "/accounts/login/?a=1"
    assert "Log in" in text_of(client.get("/accounts/login/"))
    client.post("/i18n/setlang/", {"language": "vi"})
    assert "Đăng nhập" in text_of(client.get("/accounts/login/"))


# Coming in -----------------------------------------------------------------------------------


@pytest.fixture
def person(staff):
    staff.email = "ha@example.vn"
    staff.password = make_password("mat-khau-2025")
    staff.save()
    return staff


def come_in(client, login, password="mat-khau-2025"):
    return client.post("/accounts/login/", {"login": login, "password": password})


@pytest.mark.parametrize("login", ["hong-lam-so", "ha@example.vn", "HA@example.vn"])
def test_log_in_by_user_name_or_e_mail(person, login):
    response = come_in(Client(), login)
    assert (response.status_code, response.url) == (302, "/")


def test_log_in_leads_back_to_the_page_asked_for(person):
    client = Client()
    asked = client.get("/reporting/")
    assert asked.url == "/accounts/login/?next=/reporting/"
    response = client.post(
        "/accounts/login/",
        {"login": "hong-lam-so", "password": "mat-khau-2025", "next": "/reporting/"},
    )
    assert response.url == "/reporting/"


def test_wrong_password_is_told_in_vietnamese(person):
    response = come_in(Client(), "hong-lam-so", "sai")
    assert response.status_code == 200
    assert "Tên đăng nhập hoặc mật khẩu không đúng." in text_of(response)


@pytest.mark.django_db
def test_log_in_page_shows_no_passwords(person):
    assert "hoctap-2025" not in Client().get("/accounts/login/").content.decode()


@pytest.mark.django_db
def test_nobody_signs_up():
    response = Client().get("/accounts/signup/")
    assert "Hệ thống không có tự đăng ký" in text_of(response)
    assert Client().post("/accounts/signup/", {"username": "x"}).status_code in (200, 403)


@pytest.mark.django_db
def test_administration_has_no_log_in_of_its_own():
    response = Client().get("/admin/login/?next=/admin/")
    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/")


def test_forgotten_password_is_set_anew_by_mail(person):
    client = Client()
    client.post("/accounts/password/reset/", {"email": "ha@example.vn"})
    (letter,) = mail.outbox
    assert "Đặt mật khẩu mới" in letter.subject
    assert "Kính gửi Ông/Bà," in letter.body
    link = re.search(r"http://testserver(\S+)", letter.body)[1]
    form = client.get(link, follow=True)
    address = form.redirect_chain[-1][0]
    chosen = {"password1": "mot-mat-khau-khac-9", "password2": "mot-mat-khau-khac-9"}
    assert "Đã đổi mật khẩu" in text_of(client.post(address, chosen, follow=True))
    assert come_in(Client(), "hong-lam-so", "mot-mat-khau-khac-9").status_code == 302


def test_mail_to_an_unknown_address_offers_no_sign_up(db):
    Client().post("/accounts/password/reset/", {"email": "ai@example.vn"})
    (letter,) = mail.outbox
    assert "không có tài khoản nào dùng địa chỉ này" in letter.body
    assert "signup" not in letter.body


ACCOUNT_PAGES = (
    "/accounts/password/change/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/done/",
    "/accounts/logout/",
    "/accounts/email/",
    "/accounts/inactive/",
)


@pytest.mark.parametrize("path", ACCOUNT_PAGES)
def test_account_pages_stand_in_the_frame_and_speak_vietnamese(as_staff, path):
    response = as_staff.get(path)
    assert response.status_code == 200
    assert 'class="topbar"' in response.content.decode()
    english = {"Password", "Email", "Sign", "Change", "Address", "your", "the", "Log", "Account"}
    words = set(re.findall(r"[A-Za-z]+", text_of(response).replace("English", "")))
    assert words & english == set()
