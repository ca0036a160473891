"""The command: contract of its output, and what it refuses."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from targets import reasons
from targets.documents import DocumentProblem
from targets.parsing import ReviewReason, UnreadReason

DATA = Path(__file__).parent.parent / "data" / "plans"
PLANS = sorted(path.stem for path in DATA.glob("*.json"))
IN_EXPECTED = ("indicator", "tiers", "year", "min", "max", "unit", "basis", "alternatives",
               "counts", "needs_review")  # fmt: skip


def run(path, capsys, *options) -> dict:
    call_command("parse_plan", str(path), "--json", *options)
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("plan", PLANS)
def test_command_prints_the_expected_plan_without_a_database(plan, capsys):
    expected = json.loads((DATA / f"{plan}.json").read_text("utf-8"))
    for row in expected["targets"]:
        row["tiers"].sort()
    printed = run(DATA / f"{plan}.txt", capsys)
    assert printed["plan"] == expected["plan"]
    assert printed["unread"] == expected["unread"]
    found = [{key: target[key] for key in IN_EXPECTED} for target in printed["targets"]]
    assert found == expected["targets"]


@pytest.mark.parametrize("plan", PLANS)
def test_printed_places_cut_the_quote_from_the_text(plan, capsys):
    text = (DATA / f"{plan}.txt").read_text("utf-8")
    for target in run(DATA / f"{plan}.txt", capsys)["targets"]:
        assert text[target["start"] : target["end"]] == target["quote"]
        assert target["sentence_start"] <= target["start"] < target["end"]
        assert target["end"] <= target["sentence_end"]


def test_reasons_are_printed_in_vietnamese_words(capsys, tmp_path):
    path = tmp_path / "plan.txt"
    path.write_text(
        "II. MỤC TIÊU\n- Đến năm 2025, 80% các xã có câu lạc bộ. Có 500 đầu sách.\nIII. NHIỆM VỤ\n",
        encoding="utf-8",
    )
    printed = run(path, capsys)
    (target,) = printed["targets"]
    assert target["review_reason"] == "Kế hoạch tính theo số xã, không theo số thiết chế"
    assert [one["reason"] for one in printed["unread"]] == ["Con số không phải tỷ lệ phần trăm."]
    assert printed["plan"] == {
        "number": None, "issued_on": None, "province": None, "report_before": None,
    }  # fmt: skip


def test_without_json_every_target_has_a_line(capsys):
    call_command("parse_plan", str(DATA / f"{PLANS[0]}.txt"))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + 29
    assert lines[0] == "1150/QĐ-UBND  2023-06-28  Bắc Kạn"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Tệp trống."),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "Không đọc được ảnh chụp."),
        ("KẾ HOẠCH\nI. KINH PHÍ".encode(), "Văn bản không có phần “Mục tiêu”."),
        (b"%PDF-1.7", "Tệp bị hỏng hoặc không đúng với phần mở rộng"),
        (
            "II. MỤC TIÊU\n- Phấn đấu hoàn thành các chỉ tiêu.\nIII. NHIỆM VỤ\n".encode(),
            "Phần mục tiêu của văn bản không có con số nào.",
        ),
        (
            "II. MỤC TIÊU\n- Đến năm 2025, 80% đường xã được cứng hoá.\nIII. NHIỆM VỤ\n".encode(),
            "Đây là văn bản về việc khác",
        ),
    ],
)
def test_file_without_a_plan_is_refused_and_nothing_printed(content, message, tmp_path, capsys):
    path = tmp_path / "plan.txt"
    path.write_bytes(content)
    with pytest.raises(CommandError) as refused:
        call_command("parse_plan", str(path), "--json")
    assert message in str(refused.value)
    assert refused.value.returncode == 1
    assert capsys.readouterr().out == ""


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(CommandError, match="Không mở được"):
        call_command("parse_plan", str(tmp_path / "none.txt"))


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        (ReviewReason, reasons.REVIEW),
        (UnreadReason, reasons.UNREAD),
        (DocumentProblem, reasons.DOCUMENT),
    ],
)
def test_every_code_has_words(codes, words):
    assert set(words) == set(codes)
