"""Twenty people in one report at once, over HTTP, on either database: no change is lost unseen.

Each knows only what the server told them. A save is counted when the server says "saved"; then
every version of a cell was given out once, the changes of a cell form one unbroken chain, and what
stands is what the last of them wrote.
"""

import http.client
import json
import random
import time
from collections import defaultdict
from threading import Barrier, Thread

import pytest
from django.test import Client

from reports.models import Change, IndicatorValue
from reports.rounds.entry import cell_of
from tests import factories

CLIENTS = 20
SECONDS = 5
LEAST = 8  # requests of each, however slow the machine
TOKEN = "a" * 32


class Editor(Thread):
    """One browser: sends one cell or a block after the other until the time is over."""

    def __init__(self, number, address, user, session, cells, barrier):
        super().__init__(daemon=True)
        self.random = random.Random(number)
        self.number, self.user, self.cells, self.barrier = number, user, cells, barrier
        self.host, self.path = address
        self.cookies = f"sessionid={session}; csrftoken={TOKEN}"
        self.versions: dict[tuple[int, int], int] = defaultdict(int)
        self.saved: list[tuple[tuple[int, int], int, str]] = []
        self.conflicts = self.busy = 0
        self.statuses: set[int] = set()
        self.failure: Exception | None = None

    def run(self):
        try:
            self.barrier.wait(30)
            until = time.monotonic() + SECONDS
            sent = 0
            while time.monotonic() < until or sent < LEAST:
                sent += 1
                chosen = self.random.sample(self.cells, self.random.choice((1, 1, 1, 4)))
                self.send({key: str(self.random.randrange(10**9)) for key in chosen})
        except Exception as error:
            self.failure = error

    def send(self, texts):
        body = {
            "user": self.user.pk,
            "fresh": self.random.random() < 0.1,
            "cells": [
                {"line": key[0], "indicator": key[1], "text": text, "version": self.versions[key]}
                for key, text in texts.items()
            ],
        }
        connection = http.client.HTTPConnection(self.host, timeout=60)
        headers = {"Cookie": self.cookies, "X-CSRFToken": TOKEN, "Content-Type": "application/json"}
        connection.request("POST", self.path, json.dumps(body), headers)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        self.statuses.add(response.status)
        if response.status == 503:
            self.busy += 1
            time.sleep(min(1.0, float(response.headers["Retry-After"])))
            return
        if response.status != 200:
            raise AssertionError(f"{response.status}: {content[:500]!r}")
        for cell in json.loads(content)["cells"]:
            key = tuple(map(int, cell["key"].split("-")))
            self.versions[key] = cell["version"]
            if cell["outcome"] == "saved":
                self.saved.append((key, cell["version"], texts[key]))
            else:
                assert cell["outcome"] in ("conflict", "same"), cell
                self.conflicts += cell["outcome"] == "conflict"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_parallel_editors_lose_no_update(live_server, report, open_round, indicators, territory):
    visits = indicators["library.visits_growth"].pk
    shared = [
        (line.pk, visits)
        for line in factories.RoundLineFactory.create_batch(
            3, round=open_round, reporting_unit=report.reporting_unit
        )
    ]
    host = live_server.url.removeprefix("http://")
    address = host, f"/reporting/reports/{report.pk}/grid/cells/"
    barrier = Barrier(CLIENTS)
    editors = []
    for number in range(CLIENTS):
        user = factories.UserFactory(username=f"nguoi-nhap-{number}")
        factories.MembershipFactory(
            user=user, role="reporter", territory=territory, reporting_unit=report.reporting_unit
        )
        client = Client()
        client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
        own = factories.RoundLineFactory(round=open_round, reporting_unit=report.reporting_unit)
        session = client.cookies["sessionid"].value
        cells = [*shared, (own.pk, visits)]
        editors.append(Editor(number, address, user, session, cells, barrier))

    for editor in editors:
        editor.start()
    for editor in editors:
        editor.join(SECONDS + 120)

    assert [editor.failure for editor in editors if editor.failure] == []
    assert set().union(*(editor.statuses for editor in editors)) <= {200, 503}
    saved = defaultdict(dict)
    for editor in editors:
        for key, version, text in editor.saved:
            assert version not in saved[key], "two saves were given the same version"
            saved[key][version] = int(text)
    values = {(v.line_id, v.indicator_id): v for v in IndicatorValue.objects.all()}
    assert set(values) == set(saved)
    chains = defaultdict(list)
    for change in Change.objects.order_by("pk"):
        chains[change.value_id].append((change.before_count, change.after_count))
    for key, value in values.items():
        assert sorted(saved[key]) == list(range(1, value.version + 1))
        assert cell_of(value).count == saved[key][value.version]
        wrote = [saved[key][version] for version in range(1, value.version + 1)]
        assert chains[value.pk] == list(zip([None, *wrote], wrote, strict=False))
    # The test is about contention: there was some, and work was done.
    assert sum(editor.conflicts for editor in editors) > CLIENTS // 2
    assert sum(len(editor.saved) for editor in editors) > CLIENTS
