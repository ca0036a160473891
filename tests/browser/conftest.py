"""The real server as a process on a copy of the sample database, and a real browser before it.

The server runs as in production, but for HTTPS: gunicorn, DEBUG off, collected static files under
hashed names, the content security policy on. Whatever the browser complains of fails the test:
console errors, script errors, refused or missing resources, requests to other hosts.
"""

import os
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.machine import find_chromium

PASSWORD = "hoctap-2025"
# Generous: on a machine whose cores are taken a page may take many seconds.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)


def manage(*arguments: str, **environment: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@dataclass(frozen=True)
class Template:
    """What every server of this session starts from."""

    database: Path
    media: Path
    static: Path


@pytest.fixture(scope="session")
def template(tmp_path_factory) -> Template:
    """The sample system of `manage.py demo` and the collected static files, made once."""
    folder = tmp_path_factory.mktemp("site")
    made = Template(folder / "sample.sqlite3", folder / "media", folder / "static")
    development = {
        "DEBUG": "1",
        "DATABASE_URL": f"sqlite:///{made.database}",
        "MEDIA_ROOT": str(made.media),
    }
    manage("demo", "--no-serve", **development)
    manage("collectstatic", "--noinput", **production(made.database, made))
    return made


def production(database: Path, template: Template) -> dict[str, str]:
    return {
        "DEBUG": "0",
        "HTTPS": "0",
        "SECRET_KEY": "of-browser-tests-only",
        "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": f"sqlite:///{database}",
        "MEDIA_ROOT": str(template.media),
        "STATIC_ROOT": str(template.static),
    }


@contextmanager
def serve(template: Template, folder: Path) -> Iterator[str]:
    """A server on its own copy of the sample database; yields its address."""
    database, log = folder / "site.sqlite3", folder / "server.log"
    # The back-up interface also brings what still stands in the write-ahead log.
    with (
        closing(sqlite3.connect(template.database)) as old,
        closing(sqlite3.connect(database)) as new,
    ):
        old.backup(new)
    with socket.socket() as listener, log.open("wb") as output:
        # Handed over open: no other process can take the port in between.
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "lifelong_learning.wsgi"),
                *("--bind", f"fd://{listener.fileno()}", "--threads", "4", "--timeout", "120"),
            ],
            cwd=settings.BASE_DIR,
            env={**os.environ, **production(database, template)},
            pass_fds=[listener.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            with urllib.request.urlopen(f"{address}/accounts/login/", timeout=60) as answer:
                assert answer.status == 200
            yield address
        except Exception:
            print(log.read_text(errors="replace")[-8000:])  # noqa: T201
            raise
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    text = log.read_text(errors="replace")
    assert "Traceback" not in text, text[-8000:]


@pytest.fixture(scope="module")
def site(template, tmp_path_factory) -> Iterator[str]:
    """Address of a server that the tests of one module share: they only read."""
    with serve(template, tmp_path_factory.mktemp("served")) as address:
        yield address


@pytest.fixture
def fresh_site(template, tmp_path) -> Iterator[str]:
    """Address of a server for this test alone, which may change what it likes."""
    with serve(template, tmp_path) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Not for the whole session: while Playwright runs, Django takes the thread for an async one.
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=find_chromium(),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield launched
        launched.close()


class Desk:
    """Opens pages at one site for one test, and keeps what the browser complained of."""

    def __init__(self, browser: Browser):
        self.browser = browser
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def page(self, site: str, *, width: int = 1280, javascript: bool = True, state=None) -> Page:
        context = self.browser.new_context(
            base_url=site,
            viewport={"width": width, "height": 900},
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            java_script_enabled=javascript,
            storage_state=state,
        )
        self.contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on(
            "console",
            lambda message: message.type == "error" and self.complain(page, message.text),
        )
        page.on("pageerror", lambda error: self.complain(page, str(error)))
        page.on(
            "request",
            lambda request: (
                request.url.startswith((site, "data:", "blob:"))
                or self.complain(page, f"asks another host: {request.url}")
            ),
        )
        return page

    def complain(self, page: Page, text: str) -> None:
        self.complaints.append(f"{page.url}: {text}")

    def shown(self) -> str:
        """What stands on every open page, for the reader of a failure."""
        pages = [page for context in self.contexts for page in context.pages]
        return "\n\n".join(
            f"{page.url}\n{page.locator('body').inner_text()[:3000]}" for page in pages
        )

    def close(self) -> None:
        for context in self.contexts:
            context.close()


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture
def desk(browser, request) -> Iterator[Desk]:
    opened = Desk(browser)
    yield opened
    if request.node.stash.get(FAILED, False):
        print(opened.shown())  # noqa: T201
    opened.close()
    assert opened.complaints == []


def log_in(page: Page, username: str) -> Page:
    """Through the form, as a person does."""
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form:has([name=password]) [type=submit]").click()
    page.wait_for_url(lambda url: "/accounts/login" not in url)
    return page


@pytest.fixture
def enter(desk) -> Callable[..., Page]:
    """`enter(site, "bac-kan-so", width=390)`: a page on which that person is logged in."""
    return lambda site, username, **options: log_in(desk.page(site, **options), username)
