"""Plans put together at random from sentences whose meaning is known.

The corpus holds one trap a text; here sentences of every form stand beside each other in any
order, so that a year, a subject or a group that leaks from one into the next shows up.
"""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from targets.parsing import parse_plan
from tests.targets.plan_scores import Row, judge

LIBRARY = {
    "library.lifelong_services": [
        "cung cấp dịch vụ phục vụ học tập suốt đời",
        "có cung cấp dịch vụ phục vụ việc học tập suốt đời cho người sử dụng thư viện",
    ],
    "library.digital": [
        "ứng dụng công nghệ thông tin và chuyển đổi số trong quản lý, tổ chức hoạt động",
        "có ứng dụng CNTT, chuyển đổi số trong tổ chức hoạt động phục vụ học tập suốt đời",
    ],
}
LIBRARY_GROUPS = {
    "province": ["thư viện cấp tỉnh", "thư viện tỉnh"],
    "district": ["thư viện cấp huyện", "thư viện công cộng cấp huyện"],
    "commune": ["thư viện cấp xã", "thư viện công cộng cấp xã", "thư viện xã, phường, thị trấn"],
    "armed_forces": ["thư viện lực lượng vũ trang"],
    "university": ["thư viện trường đại học"],
    "general_school+vocational": [
        "thư viện cơ sở giáo dục phổ thông, cơ sở giáo dục nghề nghiệp",
    ],
}
CULTURE = {
    "culture.creative_activities": [
        "tổ chức, hỗ trợ nhu cầu hoạt động sáng tạo và hưởng thụ văn hóa nghệ thuật phù hợp",
    ],
    "culture.clubs": [
        "có lớp năng khiếu, câu lạc bộ, nhóm sở thích, thường xuyên tổ chức văn nghệ",
    ],
}
CULTURE_GROUPS = {
    "district": ["trung tâm văn hóa cấp huyện", "trung tâm văn hóa, thể thao cấp huyện"],
    "commune": ["trung tâm văn hóa, thể thao cấp xã"],
    "village": ["nhà văn hóa thôn", "nhà văn hóa - khu thể thao thôn"],
}
GROWTH = {
    "library.visits_growth": "số lượt người sử dụng thư viện phục vụ nhu cầu học tập, tìm kiếm"
    " thông tin",
    "museum.visits_growth": "số lượt khách tham quan bảo tàng để nghiên cứu, học tập",
}
STRANGE = [
    "Đến năm 2025, 80% cán bộ thư viện được bồi dưỡng nghiệp vụ.",
    "Mỗi năm bổ sung ít nhất 2.000 bản sách cho thư viện tỉnh.",
    "Đến năm 2030, 95% người dân được tiếp cận dịch vụ của thiết chế văn hóa.",
    "Giảm 5% chi phí hành chính của các thư viện vào năm 2026.",
    "Phấn đấu 100% xã đạt chuẩn nông thôn mới vào năm 2027.",
    "Bố trí 3% chi thường xuyên cho sự nghiệp văn hóa.",
    "Tiếp tục đổi mới phương thức phục vụ của thư viện cấp huyện.",
    "Năm 2022, toàn tỉnh có 12 thư viện và 1 bảo tàng.",
]
HEADINGS = ["2.1. Đối với hệ thống thư viện", "2.2. Đối với trung tâm văn hóa", "3. Về bảo tàng"]
YEARS = [2024, 2025, 2026, 2027, 2028, 2030, 2035, 2045]

figures = st.integers(min_value=11, max_value=99)
year_pairs = st.lists(st.sampled_from(YEARS), min_size=2, max_size=2, unique=True).map(sorted)


def expect(indicator: str, tiers: str, year: int, figure: int | None, **other) -> Row:
    """What the words say. Whether a look is asked for is left open: that is the corpus's matter."""
    growth = indicator.endswith("growth")
    return {
        "indicator": indicator,
        "tiers": sorted(tiers.split("+")) if tiers else [],
        "year": year,
        "min": 100 if figure is None else figure,
        "max": None,
        "unit": "percent_per_year" if growth else "percent",
        "counts": "institution",
        "basis": "implied" if figure is None else "stated",
        "alternatives": "either" if figure is None else [],
        "needs_review": True if figure is None else "either",
    } | other


def joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} và {parts[-1]}"


@st.composite
def shares(draw) -> tuple[str, list[Row]]:
    """One statement about shares of groups, in one of many forms, and its targets."""
    contents, names = draw(st.sampled_from([(LIBRARY, LIBRARY_GROUPS), (CULTURE, CULTURE_GROUPS)]))
    indicator = draw(st.sampled_from(sorted(contents)))
    content = draw(st.sampled_from(contents[indicator]))
    tiers = draw(st.lists(st.sampled_from(sorted(names)), min_size=1, max_size=4, unique=True))
    groups = [draw(st.sampled_from(names[tier])) for tier in tiers]
    first = [draw(figures) for _tier in tiers]
    second = [draw(figures) for _tier in tiers]
    year, later = draw(year_pairs)
    listed = joined([f"{n}% {group}" for n, group in zip(first, groups, strict=True)])
    now = [expect(indicator, t, year, n) for t, n in zip(tiers, first, strict=True)]
    then = [expect(indicator, t, later, n) for t, n in zip(tiers, second, strict=True)]
    form = draw(st.integers(min_value=0, max_value=11))
    if form == 0:
        return f"- Đến năm {year}, {listed} {content}.", now
    if form == 1:
        after = ", ".join(f"{group} đạt {n}%" for n, group in zip(first, groups, strict=True))
        return f"- Đến năm {year}, {after} {content}.", now
    if form == 2:
        other = joined([f"{n}%" for n in second])
        end = f"Đến năm {later}, đạt {other} các chỉ tiêu tương ứng nêu trên."
        return f"- Phấn đấu đến năm {year}: {listed} {content}. {end}", now + then
    if form == 3:
        start = f"đạt {first[0]}% và đến năm {later} đạt {second[0]}%"
        return f"- Đến năm {year}, {start} {groups[0]} {content}.", [now[0], then[0]]
    if form == 4:
        steps = f"năm {year} đạt {first[0]}%, năm {later} đạt {second[0]}%"
        return f"- Tỷ lệ {groups[0]} {content}: {steps}.", [now[0], then[0]]
    if form == 5:
        items = "\n".join(f"+ {n}% {group};" for n, group in zip(first, groups, strict=True))
        return f"- Đến năm {year}, {content} tại:\n{items}", now
    if form == 6:
        rows = "\n".join(
            f"{group}\t{one}%\t{two}%"
            for group, one, two in zip(groups, first, second, strict=True)
        )
        return f"- Tỷ lệ thiết chế {content}\n\nNội dung\t{year}\t{later}\n{rows}\n", now + then
    if form == 7:
        items = "\n".join(
            f"+ {group[0].upper()}{group[1:]}: {one}% (năm {year}), {two}% (năm {later});"
            for group, one, two in zip(groups, first, second, strict=True)
        )
        return f"- Tỷ lệ thiết chế {content}:\n{items}", now + then
    if form == 8:
        return f"2.3. Mục tiêu đến năm {year}\n\n- {listed} {content}.", now
    if form == 9:
        listed = joined([f"{n},5% {group}" for n, group in zip(first, groups, strict=True)])
        halves = [row | {"min": row["min"] + Decimal("0.5")} for row in now]
        return f"- Tới năm {year}, tối thiểu {listed} {content}.", halves
    if form == 10:
        listed = joined([f"{n} - {n + 5}% {group}" for n, group in zip(first, groups, strict=True)])
        ranges = [row | {"max": row["min"] + 5} for row in now]
        return f"- Giai đoạn 2023 - {year}: {listed} {content}.", ranges
    two_tiers = "+" in tiers[-1]  # a group without a figure may be read as two
    bare = [] if two_tiers else [expect(indicator, tiers[-1], year, None)]
    if len(tiers) == 1 or two_tiers:
        return f"- Đến năm {year}, {listed} {content}.", now
    listed = ", ".join(f"{n}% {group}" for n, group in zip(first[:-1], groups[:-1], strict=True))
    return f"- Đến năm {year}, {listed}, {groups[-1]} {content}.", now[:-1] + bare


@st.composite
def growth(draw) -> tuple[str, list[Row]]:
    indicator = draw(st.sampled_from(sorted(GROWTH)))
    year, later = draw(year_pairs)
    rate, other = draw(figures), draw(figures)
    text = f"- Đến năm {year}, {GROWTH[indicator]} tăng bình quân {rate}%/năm"
    end = f"; đến năm {later} tăng bình quân {other}% mỗi năm."
    return text + end, [expect(indicator, "", year, rate), expect(indicator, "", later, other)]


other_matter = st.sampled_from(STRANGE).map(lambda text: (f"- {text}", []))
heading = st.sampled_from(HEADINGS).map(lambda text: (text, []))


@settings(max_examples=150)
@given(st.lists(st.one_of(shares(), shares(), growth(), other_matter, heading), max_size=9))
def test_sentences_side_by_side_give_no_wrong_target_without_a_flag(statements):
    body = "\n\n".join(text for text, _rows in statements)
    text = f"II. MỤC TIÊU\n\n2. Mục tiêu cụ thể\n\n{body}\n\nIII. NHIỆM VỤ\n\n1. Tuyên truyền.\n"
    rows = [row for _text, wanted in statements for row in wanted]
    expected = {"targets": [row for n, row in enumerate(rows) if row not in rows[:n]]}
    score = judge(text, expected, parse_plan(text))
    assert score.wrong_unflagged == []
    assert score.missing_unseen == []
    assert score.faults == []
