"""Where the grid sends its cells: saved, same, refused or conflict, each for itself."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from reports.models import Change, IndicatorValue, Report
from reports.rounds import bulk
from reports.rounds.checks import Cell
from reports.rounds.entry import set_value
from tests import factories


@pytest.fixture
def lines(report):
    return {
        line.institution.code: line for line in report.round.lines.select_related("institution")
    }


@pytest.fixture
def send(report, lines, indicators):
    """Send cells as the page does: `send(client, user, (code, indicator, text, version), …)`."""

    def post(client, user, *cells, status=200, **more):
        data = {
            "user": user.pk,
            "fresh": False,
            "cells": [
                {
                    "line": lines[cell[0]].pk, "indicator": indicators[cell[1]].pk,
                    "text": cell[2], "version": cell[3], **(cell[4] if len(cell) > 4 else {}),
                }
                for cell in cells
            ],
        } | more  # fmt: skip
        response = client.post(
            reverse("reports:grid-save", args=[report.pk]), data, content_type="application/json"
        )
        assert response.status_code == status, response.content
        return response.json() if response.content else None

    return post


def outcomes(answer) -> list[str]:
    return [cell["outcome"] for cell in answer["cells"]]


LIBRARY, COMMUNE = "98-TV-981", "98-TV-98102"
DIGITAL, VISITS = "library.digital", "library.visits_growth"


@pytest.mark.parametrize(
    ("indicator", "typed", "stands", "state"),
    [
        (DIGITAL, "Có", "Có", "yes"),
        (DIGITAL, " khong ", "Không", "no"),
        (VISITS, "1250", "1.250", "count"),
        (VISITS, "1.250", "1.250", "count"),
        (VISITS, "0", "0", "count"),
        (VISITS, "không áp dụng: tạm ngừng hoạt động", None, "not_applicable"),
    ],
)
def test_typed_text_is_saved_and_comes_back_as_it_stands(
    send, as_reporter, reporter, indicator, typed, stands, state
):
    answer = send(as_reporter, reporter, (LIBRARY, indicator, typed, 0))["cells"][0]

    value = IndicatorValue.objects.get()
    assert (answer["outcome"], value.state, answer["version"]) == ("saved", state, 1)
    assert stands in (answer["text"], None)
    # What a cell shows can be typed again.
    assert outcomes(send(as_reporter, reporter, (LIBRARY, indicator, answer["text"], 0))) == [
        "same"
    ]


@pytest.mark.parametrize(
    ("indicator", "typed"),
    [
        (DIGITAL, "1"),
        (DIGITAL, "x"),
        (VISITS, "1,250"),
        (VISITS, "-5"),
        (VISITS, "nhiều"),
        (VISITS, "không áp dụng"),
        (VISITS, "không áp dụng: vì thế"),
        (DIGITAL, "C" * 300),
    ],
)
def test_unreadable_text_is_refused_with_what_to_do(send, as_reporter, reporter, indicator, typed):
    answer = send(as_reporter, reporter, (LIBRARY, indicator, typed, 0))["cells"][0]

    assert answer["outcome"] == "refused"
    assert len(answer["message"]) > 20
    assert not IndicatorValue.objects.exists()


@pytest.mark.parametrize(
    ("typed", "count"),
    [
        ("1.234", 1234),
        ("1 234", 1234),
        ("1\N{NO-BREAK SPACE}234", 1234),
        ("1\t234", 1234),
        ("12.345.678", 12345678),
        ("007", 7),
        (" 5 ", 5),
    ],
)
def test_number_is_read_as_offices_write_it(send, as_reporter, reporter, typed, count):
    answer = send(as_reporter, reporter, (LIBRARY, VISITS, typed, 0))["cells"][0]

    assert answer["outcome"] == "saved"
    assert IndicatorValue.objects.get().count == count
    assert answer["text"] == f"{count:,}".replace(",", ".")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("1,5", "số nguyên"),
        ("1.5", "số nguyên"),
        ("1,234", "số"),
        ("0.500", "số"),
        ("1.23", "số"),
        ("12 3", "số"),
        ("1\n2", "số"),
        ("1e3", ""),
        ("٣", "số"),
        ("１２", "số"),
        ("½", "số"),
        ("=5+5", "số"),
        ("1,2,3", "số"),
        ("1" * 40, "số"),
        ("-1.000", "nhỏ hơn 0"),
    ],
)
def test_number_that_could_mean_something_else_is_refused_in_words(
    send, as_reporter, reporter, typed, words
):
    answer = send(as_reporter, reporter, (LIBRARY, VISITS, typed, 0))["cells"][0]

    assert answer["outcome"] == "refused"
    assert words in answer["message"]
    assert not IndicatorValue.objects.exists()


@pytest.mark.parametrize("name", ["text", "note", "evidence", "explanation"])
def test_text_without_end_holds_no_other_cell_back(send, as_reporter, reporter, name):
    endless = "Trang in cả cuốn sổ. " * 20_000
    cell = (LIBRARY, DIGITAL, endless, 0) if name == "text" else (
        LIBRARY, DIGITAL, "Có", 0, {name: endless}
    )  # fmt: skip

    answer = send(as_reporter, reporter, cell, (COMMUNE, VISITS, "12", 0))

    assert outcomes(answer) == ["refused", "saved"]
    assert len(answer["cells"][0]["message"]) > 20


def test_spaces_before_an_answer_are_no_answer_of_their_own(send, as_reporter, reporter):
    answer = send(as_reporter, reporter, (LIBRARY, VISITS, " " * 5_000 + "12", 0))

    assert outcomes(answer) == ["saved"]
    assert IndicatorValue.objects.get().count == 12


def test_each_cell_of_a_block_is_saved_for_itself(send, as_reporter, reporter):
    answer = send(
        as_reporter, reporter,
        (LIBRARY, DIGITAL, "Có", 0), (LIBRARY, VISITS, "nhiều", 0), (COMMUNE, VISITS, "12", 0),
    )  # fmt: skip

    assert outcomes(answer) == ["saved", "refused", "saved"]
    assert IndicatorValue.objects.count() == Change.objects.count() == 2


def test_emptied_cell_is_not_reported_again(send, as_reporter, reporter):
    send(as_reporter, reporter, (LIBRARY, DIGITAL, "Có", 0))

    answer = send(as_reporter, reporter, (LIBRARY, DIGITAL, "", 1))["cells"][0]

    assert (answer["outcome"], answer["code"], answer["version"]) == ("saved", "blank", 2)


def test_cell_changed_meanwhile_shows_both_and_who(send, as_staff, staff, as_reporter, reporter):
    send(as_staff, staff, (LIBRARY, VISITS, "70", 0))
    value = IndicatorValue.objects.get()
    # Who explained it is not who wrote it.
    bulk.insert_changes(
        [(value.pk, Cell("count", 70), Cell("count", 70), "Đã đếm lại.")],
        at=timezone.now(), by=reporter, action=Change.Action.EXPLAINED,
    )  # fmt: skip

    answer = send(as_reporter, reporter, (LIBRARY, VISITS, "80", 0))["cells"][0]

    assert (answer["outcome"], answer["text"], answer["version"]) == ("conflict", "70", 1)
    assert "Trần Thị Hà" in answer["theirs"]
    assert "“70”" in answer["theirs"]
    assert answer["is_mine"] is False
    assert IndicatorValue.objects.get().count == 70


def test_keeping_mine_names_the_version_that_was_shown(
    send, as_staff, staff, as_reporter, reporter
):
    send(as_staff, staff, (LIBRARY, VISITS, "70", 0))

    assert outcomes(send(as_reporter, reporter, (LIBRARY, VISITS, "80", 1))) == ["saved"]
    assert IndicatorValue.objects.get().count == 80


def test_request_that_is_sent_again_changes_nothing_more(send, as_reporter, reporter):
    for expected in ("saved", "same"):
        assert outcomes(send(as_reporter, reporter, (LIBRARY, VISITS, "80", 0))) == [expected]
    assert Change.objects.count() == 1


def test_own_answer_that_was_lost_on_the_way_is_known_as_mine(send, as_reporter, reporter):
    send(as_reporter, reporter, (LIBRARY, VISITS, "80", 0))

    answer = send(as_reporter, reporter, (LIBRARY, VISITS, "90", 0))["cells"][0]

    assert (answer["outcome"], answer["is_mine"], answer["text"]) == ("conflict", True, "80")


def test_note_and_evidence_go_with_the_answer_or_alone(send, as_reporter, reporter):
    send(as_reporter, reporter, (LIBRARY, DIGITAL, "Có", 0, {"note": "từ tháng 5"}))
    send(as_reporter, reporter, (LIBRARY, DIGITAL, "Có", 1, {"evidence": "Sổ 12, trang 3"}))

    value = IndicatorValue.objects.get()
    assert (value.note, value.evidence, value.version) == ("từ tháng 5", "Sổ 12, trang 3", 2)
    reasons = list(Change.objects.values_list("reason", flat=True))
    assert reasons == ["từ tháng 5", "Sổ 12, trang 3"]


def test_reason_for_other_must_stand_in_the_note(send, as_reporter, reporter):
    text = "Không áp dụng: lý do khác"
    alone = send(as_reporter, reporter, (LIBRARY, DIGITAL, text, 0))
    noted = send(as_reporter, reporter, (LIBRARY, DIGITAL, text, 0, {"note": "dùng chung"}))

    assert (outcomes(alone), outcomes(noted)) == (["refused"], ["saved"])


def test_explanation_is_kept_with_the_answer(
    send, as_reporter, reporter, report, open_round, territory, lines, answer
):
    before = factories.ReportingRoundFactory(territory=territory, year=2024)
    factories.RoundLineFactory(
        round=before, institution=lines[LIBRARY].institution,
        reporting_unit=report.reporting_unit, tier="district", district=lines[LIBRARY].district,
    )  # fmt: skip
    answer(before, LIBRARY, VISITS, 100)
    changed = (LIBRARY, VISITS, "900", 0, {"explanation": "Mở thêm phòng đọc thiếu nhi."})

    found = send(as_reporter, reporter, changed, fresh=True)["findings"]

    value = IndicatorValue.objects.get(line__round=open_round)
    assert value.explanation == "Mở thêm phòng đọc thiếu nhi."
    [finding] = found[f"{value.line_id}-{value.indicator_id}"]
    assert (finding["open"], finding["fatal"]) == (False, False)


def test_only_returned_cells_of_a_returned_report_are_open(
    send, as_reporter, reporter, report, open_round, answer
):
    value = answer(open_round, LIBRARY, DIGITAL, "yes", approved=False)
    IndicatorValue.objects.filter(pk=value.pk).update(is_returned=True)
    Report.objects.filter(pk=report.pk).update(status="returned", returned_at=timezone.now())

    answered = send(
        as_reporter, reporter, (LIBRARY, DIGITAL, "Không", 1), (LIBRARY, VISITS, "5", 0)
    )

    assert outcomes(answered) == ["saved", "refused"]


def test_department_needs_a_reason_for_what_was_submitted(
    send, as_staff, staff, as_reporter, reporter, report
):
    send(as_reporter, reporter, (LIBRARY, VISITS, "5", 0))
    Report.objects.filter(pk=report.pk).update(status="submitted", submitted_at=timezone.now())

    without = send(as_staff, staff, (LIBRARY, VISITS, "6", 1))
    reporters = send(as_reporter, reporter, (LIBRARY, VISITS, "7", 1), reason="vì sai")
    given = send(as_staff, staff, (LIBRARY, VISITS, "6", 1), reason="Theo sổ thư viện")

    assert [outcomes(a) for a in (without, reporters, given)] == [
        ["refused"], ["refused"], ["saved"],
    ]  # fmt: skip
    assert Change.objects.last().reason == "Theo sổ thư viện"


def test_institution_that_left_the_unit_is_refused_alone(send, as_reporter, reporter, lines):
    answer = send(
        as_reporter, reporter, ("98-TV-982", DIGITAL, "Có", 0), (LIBRARY, DIGITAL, "Có", 0)
    )
    assert outcomes(answer) == ["refused", "saved"]
    assert not lines["98-TV-982"].values.exists()


def test_nothing_is_saved_in_the_name_of_who_logged_in_since(send, as_staff, reporter):
    send(as_staff, reporter, (LIBRARY, DIGITAL, "Có", 0), status=409)
    assert not IndicatorValue.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"cells": 5}',
        b'{"user": 1, "cells": [5]}',
        b'{"user": 1, "cells": [{"line": "1", "indicator": 1, "text": "", "version": 0}]}',
        b'{"user": 1, "cells": [{"line": 1, "indicator": 999999, "text": "", "version": 0}]}',
        b'{"user": 1, "cells": [{"line": true, "indicator": 1, "text": "", "version": 0}]}',
        b'{"user": null, "cells": []}',
        b'{"user": 1, "reason": 5, "cells": []}',
        b'{"user": NaN, "cells": []}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_malformed_request_is_refused_whole(as_reporter, report, body):
    response = as_reporter.post(
        reverse("reports:grid-save", args=[report.pk]), body, content_type="application/json"
    )
    assert response.status_code == 400
    assert not IndicatorValue.objects.exists()


def test_characters_that_no_database_keeps_are_dropped(send, as_reporter, reporter):
    words = {"note": "sổ\0 A\ud83d", "evidence": "\udc00trang 3\0"}
    answer = send(as_reporter, reporter, (LIBRARY, DIGITAL, "Có", 0, words))
    assert outcomes(answer) == ["saved"]
    value = IndicatorValue.objects.get()
    assert (value.note, value.evidence) == ("sổ A?", "?trang 3")


def test_request_without_its_token_is_refused(report, reporter):
    client = Client(enforce_csrf_checks=True)
    client.force_login(reporter, "allauth.account.auth_backends.AuthenticationBackend")
    response = client.post(
        reverse("reports:grid-save", args=[report.pk]),
        json.dumps({"user": reporter.pk, "cells": []}),
        content_type="application/json",
    )
    assert response.status_code == 403


# session, user, memberships, successions, former units, report, questions; begin, lock, round,
# roster, values; insert, read again, changes, report begun and its history; commit. On PostgreSQL
# the two bulk inserts go past Django's counter (reports/rounds/bulk.py).
SAVING = {"sqlite": 18, "postgresql": 16}
# Lines touched and their values; targets, districts, coverage; what the checks notice, year before
# included (seven).
TOTALS = 12


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize("number", [1, 3, 300])
def test_block_takes_a_fixed_number_of_queries(
    as_reporter,
    reporter,
    report,
    open_round,
    indicators,
    plan,
    number,
    fresh,
    django_assert_num_queries,
):
    made = factories.RoundLineFactory.create_batch(
        number, round=open_round, reporting_unit=report.reporting_unit
    )
    data = {
        "user": reporter.pk,
        "fresh": fresh,
        "cells": [
            {"line": line.pk, "indicator": indicators[code].pk, "text": text, "version": 0}
            for line in made
            for code, text in ((DIGITAL, "Có"), (VISITS, "1.250"))
        ],
    }
    with django_assert_num_queries(SAVING[connection.vendor] + TOTALS * fresh):
        response = as_reporter.post(
            reverse("reports:grid-save", args=[report.pk]), data, content_type="application/json"
        )
    assert outcomes(response.json()) == ["saved"] * 2 * number
    assert Change.objects.count() == 2 * number


def test_script_that_has_sent_everything_gets_totals(
    send, as_reporter, reporter, plan, indicators, open_round, answer
):
    answer(open_round, "98-TV-982", "library.lifelong_services", "yes")

    answered = send(
        as_reporter, reporter, (LIBRARY, "library.lifelong_services", "Không", 0), fresh=True
    )

    key = f"library-district-{indicators['library.lifelong_services'].pk}"
    # 70 % of two libraries are two: one yes, one no, so one is lacking.
    assert "0/1 Có" in answered["totals"][key]
    assert "1/2 thư viện" in answered["totals"][key]
    assert "còn thiếu 1 thư viện" in answered["totals"][key].lower()
    assert "Chưa đạt" in answered["totals"][key]
    assert answered["progress"]["answered"] == 1


def test_set_value_of_one_cell_raises_what_the_grid_reports(report, lines, indicators, reporter):
    value = set_value(
        report=report, line=lines[LIBRARY], indicator=indicators[VISITS],
        cell=Cell("count", 5), version=0, user=reporter,
    )  # fmt: skip
    assert value.version == 1
