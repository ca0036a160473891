"""Sentences as plans write them, and what is read from each."""

import pytest

from targets.parsing import ParsedTarget, parse_plan

HEAD = "II. MỤC TIÊU\n2. Mục tiêu cụ thể\n"
TAIL = "\nIII. NHIỆM VỤ\n1. Tuyên truyền\n"

# (text of the objectives, targets and unread sentences in short form)
CASES = [
    (
        (
            "- Đến năm 2025, thư viện cấp huyện, cấp xã đạt 70%, 40% cung cấp dịch vụ phục "
            "vụ học tập suốt đời."
        ),
        [
            "2025 library.lifelong_services district 70 ?list_by_position",
            "2025 library.lifelong_services commune 40 ?list_by_position",
        ],
    ),
    (
        (
            "- Đến năm 2025, phấn đấu có ít nhất 70% số lượng thư viện công cộng cấp huyện "
            "và tối thiểu 40% số thư viện công cộng cấp xã đáp ứng yêu cầu cung cấp dịch vụ "
            "phục vụ học tập suốt đời."
        ),
        [
            "2025 library.lifelong_services district 70",
            "2025 library.lifelong_services commune 40 ?unfamiliar_words",
        ],
    ),
    (
        (
            "- Đến năm 2025, 70% thư viện cấp huyện (tương đương 6/8 thư viện) cung cấp "
            "dịch vụ phục vụ học tập suốt đời."
        ),
        [
            "2025 library.lifelong_services district 70 ?unfamiliar_words",
        ],
    ),
    (
        ("- Đến năm 2025, 100% thư viện công cộng cung cấp dịch vụ phục vụ học tập suốt đời."),
        [
            "2025 library.lifelong_services commune+district+province 100 ?tier_unclear",
        ],
    ),
    (
        (
            "- Đến hết năm 2025, 70% thư viện cấp huyện; đến hết năm 2030, 90% thư viện cấp "
            "huyện có dịch vụ phục vụ học tập suốt đời."
        ),
        [
            "2025 library.lifelong_services district 70",
            "2030 library.lifelong_services district 90",
        ],
    ),
    (
        (
            "- Đến năm 2025: 70% - 75% thư viện cấp huyện, từ 40% đến 45% thư viện cấp xã "
            "ứng dụng công nghệ thông tin."
        ),
        [
            "2025 library.digital district 70-75",
            "2025 library.digital commune 40-45",
        ],
    ),
    (
        (
            "- Phấn đấu đến năm 2025, đạt 80% và đến năm 2030, đạt 100% nhà văn hóa thôn, "
            "làng, tổ dân phố có câu lạc bộ, nhóm sở thích."
        ),
        [
            "2025 culture.clubs village 80",
            "2030 culture.clubs village 100",
        ],
    ),
    (
        (
            "- Đến năm 2025, 70% bảo tàng công lập và 50% bảo tàng ngoài công lập xây dựng "
            "chương trình giáo dục."
        ),
        [
            "unread unknown_group",
        ],
    ),
    (
        (
            "- Đến năm 2025, đạt 60%, đến năm 2030, đạt 80% và đến năm 2045, đạt 100% bảo "
            "tàng xây dựng và triển khai chương trình giáo dục."
        ),
        [
            "2025 museum.education_programme all 60",
            "2030 museum.education_programme all 80",
            "2045 museum.education_programme all 100",
        ],
    ),
    (
        (
            "- Năm 2025 tăng 10%, năm 2030 tăng 15% số lượt khách tham quan bảo tàng so với "
            "năm trước."
        ),
        [
            "2025 museum.visits_growth all 10/year ?period_unclear",
            "2030 museum.visits_growth all 15/year ?period_unclear",
        ],
    ),
    (
        ("- Số lượt người sử dụng thư viện đến năm 2025 tăng 50% so với năm 2022."),
        [
            "2025 library.visits_growth all 50/year ?period_unclear",
        ],
    ),
    (
        (
            "- Tăng tỷ lệ thư viện cấp huyện cung cấp dịch vụ phục vụ học tập suốt đời lên "
            "70% vào năm 2025."
        ),
        [
            "2025 library.lifelong_services district 70",
        ],
    ),
    (
        (
            "- Đến năm 2025, 70% thư viện cấp huyện, 40% thư viện cấp xã có cung cấp dịch "
            "vụ phục vụ học tập suốt đời; các chỉ tiêu tương ứng đến năm 2030 là 90% và "
            "60%."
        ),
        [
            "2025 library.lifelong_services district 70",
            "2025 library.lifelong_services commune 40",
            "2030 library.lifelong_services district 90",
            "2030 library.lifelong_services commune 60",
        ],
    ),
    (
        (
            "- Đến năm 2025, 70% thư viện cấp huyện, 40% thư viện cấp xã có cung cấp dịch "
            "vụ phục vụ học tập suốt đời; đến năm 2030 tương ứng là 90%; 60%."
        ),
        [
            "2025 library.lifelong_services district 70",
            "2025 library.lifelong_services commune 40",
            "2030 library.lifelong_services district 90",
            "2030 library.lifelong_services commune 60",
        ],
    ),
    (
        (
            "- Đến năm 2025, thư viện tỉnh, 70% thư viện cấp huyện, 40% thư viện cấp xã "
            "cung cấp dịch vụ học tập suốt đời. Đến năm 2030, đạt 90%, 60% các chỉ tiêu "
            "tương ứng nêu trên."
        ),
        [
            "2025 library.lifelong_services province 100 implied ?no_figure",
            "2025 library.lifelong_services district 70",
            "2025 library.lifelong_services commune 40",
            "2030 library.lifelong_services district 90 ?list_by_position",
            "2030 library.lifelong_services commune 60 ?list_by_position",
        ],
    ),
    (
        (
            "- Đến năm 2025, thư viện tỉnh, 70% thư viện cấp huyện, 40% thư viện cấp xã "
            "cung cấp dịch vụ học tập suốt đời. Đến năm 2030, thư viện cấp xã, thư viện cấp "
            "huyện lần lượt đạt 60%, 90%."
        ),
        [
            "2025 library.lifelong_services province 100 implied ?no_figure",
            "2025 library.lifelong_services district 70",
            "2025 library.lifelong_services commune 40",
            "2030 library.lifelong_services district 90",
            "2030 library.lifelong_services commune 60",
        ],
    ),
    (
        (
            "- Đến năm 2025, thư viện tỉnh, 70% thư viện cấp huyện, 40% thư viện cấp xã "
            "cung cấp dịch vụ học tập suốt đời. Đến năm 2030, đạt 60% đối với thư viện cấp "
            "xã, 90% đối với thư viện cấp huyện, 100% đối với thư viện tỉnh."
        ),
        [
            "2025 library.lifelong_services province 100 implied ?no_figure",
            "2025 library.lifelong_services district 70",
            "2025 library.lifelong_services commune 40",
            "2030 library.lifelong_services province 100",
            "2030 library.lifelong_services district 90",
            "2030 library.lifelong_services commune 60",
        ],
    ),
    (
        (
            "- Đến năm 2025, 60% xã có nhà văn hóa tổ chức lớp năng khiếu, câu lạc bộ.\n"
            "- Đến năm 2025, 60% số thôn có lớp năng khiếu, câu lạc bộ."
        ),
        [
            "2025 culture.clubs commune 60 communes ?unfamiliar_words,counts_communes",
            "2025 culture.clubs village 60 ?counts_areas",
        ],
    ),
    (
        (
            "- Đến năm 2025, 70% Trung tâm Văn hóa - Thể thao và Truyền thông các huyện, "
            "thành phố tổ chức, hỗ trợ hoạt động sáng tạo và hưởng thụ văn hóa."
        ),
        [
            "2025 culture.creative_activities district 70",
        ],
    ),
    (
        (
            "- Đến năm 2025, 100% thư viện tỉnh, 70% thư viện huyện và 40% thư viện xã ứng "
            "dụng CNTT, chuyển đổi số."
        ),
        [
            "2025 library.digital province 100",
            "2025 library.digital district 70",
            "2025 library.digital commune 40",
        ],
    ),
    (
        (
            "- Đến năm 2025, có trên 70% thư viện các trường phổ thông, thư viện các cơ sở "
            "giáo dục nghề nghiệp cung cấp dịch vụ học tập suốt đời."
        ),
        [
            "2025 library.lifelong_services general_school 70",
            "2025 library.lifelong_services vocational 100 implied|70 ?no_figure,shared_figure",
        ],
    ),
    (
        ("- Đến năm 2025, 70% thư viện cấp huyện phục vụ học tập suốt đời."),
        [
            "unread unknown_subject",
        ],
    ),
    (
        (
            "- Đến năm 2025, 90% thư viện đại học, thư viện chuyên ngành, 80% thư viện công "
            "an, quân đội có dịch vụ học tập suốt đời."
        ),
        [
            "2025 library.lifelong_services university 90",
            "2025 library.lifelong_services special 100 implied|90 ?no_figure,shared_figure",
            "2025 library.lifelong_services armed_forces 80",
        ],
    ),
    (
        ("- Đến năm 2025, 70 phần trăm thư viện cấp huyện cung cấp dịch vụ học tập suốt đời."),
        [
            "2025 library.lifelong_services district 70",
        ],
    ),
    (
        (
            "- Đến năm 2025, 70 % thư viện cấp huyện,40% thư viện cấp xã cung cấp dịch vụ "
            "học tập suốt đời."
        ),
        [
            "2025 library.lifelong_services district 70",
            "2025 library.lifelong_services commune 40",
        ],
    ),
    (
        (
            "- Den nam 2025, phan dau dat 70 % cac thu vien cap x4; cap huyen la 90%, ung "
            "dung cong nghe thong tin."
        ),
        [
            "2025 library.digital district 90",
            "2025 library.digital commune 70",
        ],
    ),
    (
        (
            "- Đến năm 2025, xây dựng và triển khai chương trình giáo dục tại bảo tàng "
            "tỉnh; đến năm 2030, 100% bảo tàng có chương trình giáo dục."
        ),
        [
            "2025 museum.education_programme province 100 implied milestone ?no_figure",
            "2030 museum.education_programme all 100",
        ],
    ),
    (
        (
            "- Đến năm 2025, số lượt người sử dụng thư viện tăng bình quân 10% mỗi năm, đến "
            "năm 2030 tăng bình quân 15%."
        ),
        [
            "2025 library.visits_growth all 10/year",
            "2030 library.visits_growth all 15/year",
        ],
    ),
    (
        ("- Đến năm 2025, giảm 10% thư viện cấp xã không cung cấp dịch vụ học tập suốt đời."),
        [
            "unread change",
        ],
    ),
    (
        (
            "- 100% thư viện tỉnh cung cấp dịch vụ học tập suốt đời; đến năm 2025, 70% thư "
            "viện cấp huyện cung cấp dịch vụ học tập suốt đời."
        ),
        [
            "2025 library.lifelong_services province 100",
            "2025 library.lifelong_services district 70",
        ],
    ),
    (
        (
            "- Đến năm 2026, 65% thư viện công cộng cấp huyện, 35% thư viện cấp xã có cung "
            "cấp dịch vụ phục vụ việc học tập suốt đời cho người sử dụng thư viện."
        ),
        [
            "2026 library.lifelong_services district 65",
            "2026 library.lifelong_services commune 35",
        ],
    ),
    (
        (
            "- Đến năm 2025, thư viện cấp huyện: 70%, thư viện cấp xã: 40% cung cấp dịch vụ "
            "phục vụ học tập suốt đời."
        ),
        [
            "2025 library.lifelong_services district 70",
            "2025 library.lifelong_services commune 40",
        ],
    ),
    (
        (
            "- Đến năm 2025, thư viện cấp huyện đạt 70%, thư viện cấp xã đạt 40% có ứng "
            "dụng công nghệ thông tin và chuyển đổi số."
        ),
        [
            "2025 library.digital district 70",
            "2025 library.digital commune 40",
        ],
    ),
    (
        (
            "- Tỷ lệ thư viện cấp huyện cung cấp dịch vụ phục vụ học tập suốt đời đạt 70% "
            "vào năm 2025 và 90% vào năm 2030."
        ),
        [
            "2025 library.lifelong_services district 70",
            "2030 library.lifelong_services district 90",
        ],
    ),
    (
        (
            "- Thư viện cấp tỉnh, cấp huyện, cấp xã cung cấp dịch vụ phục vụ học tập suốt "
            "đời lần lượt đạt 100%, 70%, 40% vào năm 2025."
        ),
        [
            "2025 library.lifelong_services province 100",
            "2025 library.lifelong_services district 70",
            "2025 library.lifelong_services commune 40",
        ],
    ),
    (
        (
            "- Đến năm 2025, 70% thư viện cấp huyện và cấp xã cung cấp dịch vụ phục vụ việc "
            "học tập suốt đời."
        ),
        [
            "2025 library.lifelong_services commune+district 70",
        ],
    ),
    (
        (
            "- Đến năm 2025, 70% thư viện cấp huyện và thư viện cấp xã cung cấp dịch vụ "
            "phục vụ việc học tập suốt đời."
        ),
        [
            "2025 library.lifelong_services commune+district 70",
        ],
    ),
    (
        (
            "- Đến năm 2025, 70% thư viện cấp huyện, thư viện lực lượng vũ trang cung cấp "
            "dịch vụ phục vụ việc học tập suốt đời."
        ),
        [
            "2025 library.lifelong_services district 70",
            "2025 library.lifelong_services armed_forces 100 implied|70 ?no_figure,shared_figure",
        ],
    ),
    (
        (
            "- Đến năm 2028, 62,5% bảo tàng xây dựng và triển khai chương trình giáo dục "
            "lịch sử, văn hóa."
        ),
        [
            "2028 museum.education_programme all 62.5",
        ],
    ),
    (
        ("- Đến năm 2025, số lượt người sử dụng thư viện tăng bình quân từ 8% đến 12% mỗi năm."),
        [
            "2025 library.visits_growth all 8-12/year",
        ],
    ),
    (
        (
            "- Số lượt khách tham quan bảo tàng để nghiên cứu, học tập tăng bình quân "
            "5%/năm đến năm 2025 và 7,5%/năm đến năm 2030."
        ),
        [
            "2025 museum.visits_growth all 5/year",
            "2030 museum.visits_growth all 7.5/year",
        ],
    ),
    (
        (
            "- Đến năm 2025, 80% các xã, phường, thị trấn có lớp năng khiếu, câu lạc bộ, "
            "nhóm sở thích hoạt động thường xuyên."
        ),
        [
            "2025 culture.clubs commune 80 communes ?counts_communes",
        ],
    ),
    (
        (
            "- Đến năm 2025, 80% người dân được tiếp cận dịch vụ của thư viện; ngân sách bố "
            "trí 5 tỷ đồng."
        ),
        [
            "unread money",
        ],
    ),
    (
        (
            "- Đến năm 2025, 80% cán bộ thư viện cấp huyện được tập huấn ứng dụng công nghệ "
            "thông tin và chuyển đổi số."
        ),
        [
            "unread people",
        ],
    ),
    (
        ("- Đến năm 2025, bình quân 1,5 bản sách/người/năm trong thư viện công cộng."),
        [
            "unread people",
        ],
    ),
    (
        (
            "- Đến năm 2025, 70% thư viện cấp huyện có cán bộ được đào tạo về ứng dụng công "
            "nghệ thông tin."
        ),
        [
            "unread unknown_subject",
        ],
    ),
    (
        ("- Đến năm 2025, 70% thư viện cấp huyện có trụ sở riêng."),
        [
            "unread unknown_subject",
        ],
    ),
    (
        ("- Đến năm 2025, 70% bảo tàng ứng dụng công nghệ thông tin và chuyển đổi số."),
        [
            "unread unknown_subject",
        ],
    ),
    (
        (
            "- Đến năm 2025, đạt 60% và đến 2030 đạt 80% thư viện cấp huyện ứng dụng công "
            "nghệ thông tin."
        ),
        [
            "2025 library.digital district 60",
            "2030 library.digital district 80",
        ],
    ),
    (
        (
            "- Đến năm 2025, xây dựng và triển khai chương trình giáo dục lịch sử, văn hóa "
            "cho mọi người dân tại Bảo tàng tỉnh."
        ),
        [
            "2025 museum.education_programme province 100 implied milestone ?no_figure",
        ],
    ),
    (
        (
            "- Đến năm 2025 và năm 2030, thư viện cấp huyện ứng dụng công nghệ thông tin "
            "lần lượt đạt 70% và 90%."
        ),
        [
            "2025 library.digital district 70",
            "2030 library.digital district 90",
        ],
    ),
    (
        (
            "- Đến năm 2025, thư viện cấp tỉnh, 70% thư viện cấp huyện, 40% thư viện cấp xã "
            "cung cấp dịch vụ phục vụ học tập suốt đời. Đến năm 2030, cấp xã đạt 60%, cấp "
            "huyện đạt 90%."
        ),
        [
            "2025 library.lifelong_services province 100 implied ?no_figure",
            "2025 library.lifelong_services district 70",
            "2025 library.lifelong_services commune 40",
            "2030 library.lifelong_services district 90",
            "2030 library.lifelong_services commune 60",
        ],
    ),
    (
        (
            "- Đến năm 2025, 70% thư viện cấp huyện, 40% thư viện cấp xã cung cấp dịch vụ "
            "phục vụ học tập suốt đời. Đến năm 2030, tỷ lệ này lần lượt là 90% và 60%."
        ),
        [
            "2025 library.lifelong_services district 70",
            "2025 library.lifelong_services commune 40",
            "2030 library.lifelong_services district 90",
            "2030 library.lifelong_services commune 60",
        ],
    ),
    (
        (
            "- Đến năm 2025, 70% thư viện cấp huyện, 40% thư viện cấp xã cung cấp dịch vụ "
            "phục vụ học tập suốt đời. Đến năm 2030, các tỷ lệ tương ứng là 90%, 60%, 50%."
        ),
        [
            "2025 library.lifelong_services district 70",
            "2025 library.lifelong_services commune 40",
            "unread list_length",
        ],
    ),
    (
        ("- Đến năm 2025, 7O% thư viện cấp huyện cung cấp dịch vụ phục vụ học tập suốt đời."),
        [
            "2025 library.lifelong_services district 70 ?figure_unclear",
        ],
    ),
    (
        ("- Đến năm 2O25, 70% thư viện cấp huyện cung cấp dịch vụ phục vụ học tập suốt đời."),
        [
            "2025 library.lifelong_services district 70 ?year_unclear",
        ],
    ),
    (
        ("- 70% thư viện cấp huyện cung cấp dịch vụ phục vụ học tập suốt đời."),
        [
            "unread no_year",
        ],
    ),
    (
        ("- Đến năm 2025, 70-80% thư viện cấp huyện cung cấp dịch vụ phục vụ học tập suốt đời."),
        [
            "2025 library.lifelong_services district 70-80",
        ],
    ),
    (
        (
            "- Đến năm 2025, tăng 10% số thư viện cấp huyện cung cấp dịch vụ phục vụ học "
            "tập suốt đời."
        ),
        [
            "unread change",
        ],
    ),
    (
        ("- Đến năm 2025, ít nhất 5 thư viện cấp huyện cung cấp dịch vụ phục vụ học tập suốt đời."),
        [
            "unread not_a_percentage",
        ],
    ),
    (
        ("- Đến năm 2025, 170% thư viện cấp huyện cung cấp dịch vụ phục vụ học tập suốt đời."),
        [
            "2025 library.lifelong_services district 170 ?figure_out_of_range",
        ],
    ),
    (
        ("- Đến năm 2025, 70% thư viện mầm non cung cấp dịch vụ phục vụ học tập suốt đời."),
        [
            "unread unknown_group",
        ],
    ),
    (
        ("- Đến năm 2025, 70% thư viện cung cấp dịch vụ phục vụ học tập suốt đời."),
        [
            "2025 library.lifelong_services all 70",
        ],
    ),
    (
        ("- Đến năm 2025, số lượt người sử dụng thư viện tăng 10%."),
        [
            "2025 library.visits_growth all 10/year ?period_unclear",
        ],
    ),
    (
        (
            "- Phấn đấu đến năm 2025, có 70% trở lên thư viện cấp huyện, 100% thư viện "
            "chuyên ngành, thư viện đại học; 30% thư viện cộng đồng ứng dụng công nghệ "
            "thông tin."
        ),
        [
            "2025 library.digital district 70",
            "2025 library.digital university 100 implied ?no_figure",
            "2025 library.digital special 100",
            "2025 library.digital community 30",
        ],
    ),
    (
        (
            "- Đến năm 2025, 60% trung tâm văn hóa cấp tỉnh, 50% trung tâm văn hóa cấp "
            "huyện và 40% nhà văn hóa thôn, làng, bản tổ chức, hỗ trợ nhu cầu hoạt động "
            "sáng tạo và hưởng thụ văn hóa."
        ),
        [
            "2025 culture.creative_activities province 60",
            "2025 culture.creative_activities district 50",
            "2025 culture.creative_activities village 40",
        ],
    ),
    (
        ("- Giai đoạn 2026 - 2030, số lượt người sử dụng thư viện tăng bình quân 10%/năm."),
        [
            "2030 library.visits_growth all 10/year",
        ],
    ),
    (
        ("- Đến năm 2025, so với năm 2022, số lượt người sử dụng thư viện tăng bình quân 10%/năm."),
        [
            "2025 library.visits_growth all 10/year",
        ],
    ),
    (
        ("- Đến năm 2025, 70% thưviện cấphuyện cung cấp dịchvụ phục vụ học tập suốt đời."),
        [
            "2025 library.lifelong_services district 70",
        ],
    ),
    (
        (
            "- Den nam 2025, 70% thu vien cap huyen, 40% thu vien cap xa co cung cap dich "
            "vu phuc vu viec hoc tap suot doi."
        ),
        [
            "2025 library.lifelong_services district 70",
            "2025 library.lifelong_services commune 40",
        ],
    ),
    (
        (
            "- Đến năm 2025, 70% thư viện cấp huyện cung cấp dịch vụ phục vụ học tập suốt "
            "đời và ứng dụng công nghệ thông tin."
        ),
        [
            "2025 library.lifelong_services district 70 ?several_subjects",
            "2025 library.digital district 70 ?several_subjects",
        ],
    ),
    (
        (
            "- Đến năm 2025, 70% thư viện cấp huyện cung cấp dịch vụ phục vụ học tập suốt "
            "đời; 30% thư viện cấp huyện ứng dụng công nghệ thông tin và chuyển đổi số."
        ),
        [
            "2025 library.lifelong_services district 70",
            "2025 library.digital district 30",
        ],
    ),
    (
        (
            "2.1. Đối với thư viện\n"
            "a) Đến năm 2025:\n"
            "- 100% thư viện cấp tỉnh, 70% thư viện cấp huyện cung cấp dịch vụ phục vụ học "
            "tập suốt đời;\n"
            "- 60% thư viện cấp huyện ứng dụng công nghệ thông tin và chuyển đổi số.\n"
            "b) Đến năm 2030:\n"
            "- 90% thư viện cấp huyện cung cấp dịch vụ phục vụ học tập suốt đời;\n"
            "- 80% thư viện cấp huyện ứng dụng công nghệ thông tin và chuyển đổi số."
        ),
        [
            "2025 library.lifelong_services province 100",
            "2025 library.lifelong_services district 70",
            "2025 library.digital district 60",
            "2030 library.lifelong_services district 90",
            "2030 library.digital district 80",
        ],
    ),
    (
        (
            "2.1. Thư viện\n"
            "2.1.1. Về cung cấp dịch vụ phục vụ việc học tập suốt đời cho người sử dụng thư "
            "viện:\n"
            "- Đến năm 2025:\n"
            "+ Thư viện cấp tỉnh: 100%\n"
            "+ Thư viện cấp huyện: 70%\n"
            "+ Thư viện cấp xã: 40%\n"
            "- Đến năm 2030:\n"
            "+ Thư viện cấp huyện: 90%"
        ),
        [
            "2025 library.lifelong_services province 100",
            "2025 library.lifelong_services district 70",
            "2025 library.lifelong_services commune 40",
            "2030 library.lifelong_services district 90",
        ],
    ),
    (
        (
            "- Tỷ lệ thư viện có ứng dụng công nghệ thông tin và chuyển đổi số:\n"
            "+ Thư viện cấp huyện: năm 2025 đạt 60%, năm 2030 đạt 80%;\n"
            "+ Thư viện cấp xã: đạt 20% vào năm 2025 và 30% vào năm 2030."
        ),
        [
            "2025 library.digital district 60",
            "2030 library.digital district 80",
            "2025 library.digital commune 20",
            "2030 library.digital commune 30",
        ],
    ),
    (
        (
            "- Đến năm 2025, Thư viện tỉnh và 70% thư viện cấp huyện cung cấp dịch vụ phục "
            "vụ học tập suốt đời."
        ),
        [
            "2025 library.lifelong_services province 100 implied ?no_figure",
            "2025 library.lifelong_services district 70",
        ],
    ),
    (
        (
            "- Đến năm 2025, phấn đấu 100% thư viện tỉnh, thư viện huyện, thị xã, thành phố "
            "và 45% thư viện xã, phường, thị trấn có cung cấp dịch vụ phục vụ học tập suốt "
            "đời."
        ),
        [
            "2025 library.lifelong_services province 100",
            "2025 library.lifelong_services district 100 implied ?no_figure",
            "2025 library.lifelong_services commune 45",
        ],
    ),
    (
        (
            "- Cung cấp dịch vụ phục vụ học tập suốt đời tại 70% thư viện cấp huyện, 40% "
            "thư viện cấp xã, thư viện lực lượng vũ trang đến năm 2025."
        ),
        [
            "2025 library.lifelong_services district 70",
            "2025 library.lifelong_services commune 40",
            "2025 library.lifelong_services armed_forces 100 implied|40 ?no_figure,shared_figure",
        ],
    ),
    (
        (
            "- Đến năm 2025, 70% thư viện cấp huyện và đến năm 2030, 90% thư viện cấp huyện "
            "ứng dụng công nghệ thông tin."
        ),
        [
            "2025 library.digital district 70",
            "2030 library.digital district 90",
        ],
    ),
    (
        (
            "- Đến năm 2025: 70% thư viện cấp huyện; 40% thư viện cấp xã; đến năm 2030: 90% "
            "thư viện cấp huyện; 60% thư viện cấp xã cung cấp dịch vụ phục vụ học tập suốt "
            "đời."
        ),
        [
            "2025 library.lifelong_services district 70",
            "2025 library.lifelong_services commune 40",
            "2030 library.lifelong_services district 90",
            "2030 library.lifelong_services commune 60",
        ],
    ),
    (
        (
            "- 70% thư viện cấp huyện, 40% thư viện cấp xã cung cấp dịch vụ phục vụ học tập "
            "suốt đời vào năm 2025; 90% thư viện cấp huyện, 60% thư viện cấp xã vào năm "
            "2030."
        ),
        [
            "2025 library.lifelong_services district 70",
            "2025 library.lifelong_services commune 40",
            "2030 library.lifelong_services district 90",
            "2030 library.lifelong_services commune 60",
        ],
    ),
    (
        (
            "- Đến năm 2025, trung tâm văn hóa cấp tỉnh, cấp huyện đạt 60%, đến năm 2030 "
            "đạt 80% tổ chức, hỗ trợ nhu cầu hoạt động sáng tạo và hưởng thụ văn hóa."
        ),
        [
            "2025 culture.creative_activities district+province 60",
            "2030 culture.creative_activities district+province 80",
        ],
    ),
    (
        ("- Đến năm 2025, 80% số xã có nhà văn hóa tổ chức câu lạc bộ, nhóm sở thích."),
        [
            "2025 culture.clubs commune 80 communes ?unfamiliar_words,counts_communes",
        ],
    ),
    (
        ("- Đến năm 2025, 100% Bảo tàng tỉnh xây dựng và triển khai chương trình giáo dục."),
        [
            "2025 museum.education_programme province 100",
        ],
    ),
    (
        (
            "- Đến năm 2025, 50% bảo tàng ngoài công lập xây dựng và triển khai chương "
            "trình giáo dục."
        ),
        [
            "unread unknown_group",
        ],
    ),
    (
        (
            "- Đến năm 2025, 70% bảo tàng, 80% trung tâm văn hóa cấp huyện ứng dụng công "
            "nghệ thông tin."
        ),
        [
            "unread unknown_subject",
        ],
    ),
    (
        ("- Đến năm 2025, 90% học sinh được tham gia chương trình giáo dục tại bảo tàng."),
        [
            "unread people",
        ],
    ),
    (
        (
            "- Đến năm 2025, 70% thư viện cấp huyện có phòng đọc cho thiếu nhi; 50% được "
            "đầu tư máy tính."
        ),
        [
            "unread unknown_subject",
        ],
    ),
    (
        (
            "- Đến năm 2025, 70% thư viện cấp huyện cung cấp dịch vụ học tập suốt đời cho "
            "người khuyết tật."
        ),
        [
            "2025 library.lifelong_services district 70 ?narrower",
        ],
    ),
    (
        (
            "- Đến năm 2025, dưới 10% thư viện cấp xã chưa cung cấp dịch vụ phục vụ học tập "
            "suốt đời."
        ),
        [
            "unread upper_bound",
        ],
    ),
    (
        ("- Đến năm 2025, còn 30% thư viện cấp xã chưa cung cấp dịch vụ phục vụ học tập suốt đời."),
        [
            "unread unknown_subject",
        ],
    ),
    (
        (
            "- Đến năm 2025, số lượt người sử dụng thư viện tăng bình quân 10% mỗi năm, số "
            "lượt khách tham quan bảo tàng tăng bình quân 5% mỗi năm."
        ),
        [
            "2025 library.visits_growth all 10/year",
            "2025 museum.visits_growth all 5/year",
        ],
    ),
    (
        ("- Đến năm 2025, số lượt truy cập trang thông tin điện tử của thư viện tăng 15%/năm."),
        [
            "unread unknown_subject",
        ],
    ),
    (
        ("- Đến năm 2025, số lượng tài liệu thư viện cấp huyện tăng 5%/năm."),
        [
            "unread unknown_subject",
        ],
    ),
    (
        (
            "- Từ 50% năm 2022 lên 70% năm 2025 thư viện cấp huyện cung cấp dịch vụ phục vụ "
            "học tập suốt đời."
        ),
        [
            "2025 library.lifelong_services district 70",
            "unread past",
        ],
    ),
    (
        (
            "- Đến năm 2025, 70% thư viện cấp huyện, 40% thư viện cấp xã cung cấp dịch vụ "
            "phục vụ học tập suốt đời. Đến năm 2030, đạt 90% và 60%."
        ),
        [
            "2025 library.lifelong_services district 70",
            "2025 library.lifelong_services commune 40",
            "2030 library.lifelong_services district 90 ?list_by_position",
            "2030 library.lifelong_services commune 60 ?list_by_position",
        ],
    ),
    (
        (
            "- Đến năm 2025, đạt 70% bảo tàng xây dựng và triển khai chương trình giáo dục "
            "lịch sử. Đến năm 2030, đạt 100%."
        ),
        [
            "2025 museum.education_programme all 70",
            "2030 museum.education_programme all 100",
        ],
    ),
    (
        (
            "- Đến năm 2025, 70% thư viện cấp huyện cung cấp dịch vụ phục vụ học tập suốt "
            "đời.\n"
            "- Đến năm 2030, đạt 90% các chỉ tiêu tương ứng nêu trên."
        ),
        [
            "2025 library.lifelong_services district 70",
            "2030 library.lifelong_services district 90",
        ],
    ),
    (
        ("- Đến năm 2025, thư viện cấp huyện cung cấp dịch vụ phục vụ học tập suốt đời."),
        [
            "2025 library.lifelong_services district 100 implied ?no_figure",
        ],
    ),
    (
        (
            "- Đến năm 2025, có 08/10 thư viện cấp huyện cung cấp dịch vụ phục vụ học tập "
            "suốt đời (đạt 80%)."
        ),
        [
            "2025 library.lifelong_services district 80",
        ],
    ),
    (
        (
            "- Đến năm 2025, 70% (07/10) thư viện cấp huyện cung cấp dịch vụ phục vụ học "
            "tập suốt đời."
        ),
        [
            "2025 library.lifelong_services district 70",
        ],
    ),
    (
        (
            "- Đến năm 2025, 70% thư viện cơ sở giáo dục mầm non, phổ thông, giáo dục nghề "
            "nghiệp cung cấp dịch vụ phục vụ học tập suốt đời."
        ),
        [
            "unread unknown_group",
        ],
    ),
    (
        (
            "- Đến năm 2025, 70% thư viện trường học, 60% thư viện trường đại học, cao đẳng "
            "ứng dụng công nghệ thông tin."
        ),
        [
            "2025 library.digital university 60 ?unfamiliar_words",
            "2025 library.digital general_school 70",
        ],
    ),
    (
        ("- Đến năm 2025, 70% huyện có thư viện ứng dụng công nghệ thông tin."),
        [
            "2025 library.digital district 70 ?unfamiliar_words,counts_areas",
        ],
    ),
    (
        (
            "- Theo Quyết định số 1520/QĐ-TTg ngày 09/12/2022, đến năm 2025, 70% thư viện "
            "cấp huyện ứng dụng công nghệ thông tin."
        ),
        [
            "2025 library.digital district 70",
        ],
    ),
    (
        (
            "- Thực hiện Chương trình “Đẩy mạnh các hoạt động đến năm 2030”, 70% thư viện "
            "cấp huyện ứng dụng công nghệ thông tin vào năm 2025."
        ),
        [
            "2025 library.digital district 70 ?unfamiliar_words",
        ],
    ),
    (
        ("- Đến năm 2025 tầm nhìn 2045, 70% thư viện cấp huyện ứng dụng công nghệ thông tin."),
        [
            "2025 library.digital district 70",
        ],
    ),
    (
        (
            "- Đến năm 2025, thư viện cấp huyện phấn đấu đạt từ 70% trở lên, thư viện cấp "
            "xã đạt ít nhất 40% có ứng dụng công nghệ thông tin."
        ),
        [
            "2025 library.digital district 70",
            "2025 library.digital commune 40",
        ],
    ),
    (
        (
            "- Đến năm 2025, 70% nhà văn hóa thôn, làng có câu lạc bộ, 60% trung tâm văn "
            "hóa, thể thao cấp xã có lớp năng khiếu."
        ),
        [
            "2025 culture.clubs commune 60",
            "2025 culture.clubs village 70",
        ],
    ),
    (
        ("- Đến năm 2025, 60% trung tâm học tập cộng đồng có câu lạc bộ, nhóm sở thích."),
        [
            "unread unknown_group",
        ],
    ),
    (
        (
            "- Pén nam 2026, 65% thw vién cép huyén, 35% thw vién cép x4 cung cép dich vu "
            "phuc vu viéc hoc tap subt doi."
        ),
        [
            "2026 library.lifelong_services district 65",
            "2026 library.lifelong_services commune 35",
        ],
    ),
    (
        ("- Bén nam 2025, s6 luot nguoi st dung thu vién ting binh quan 5%/mam."),
        [
            "2025 library.visits_growth all 5/year",
        ],
    ),
    (
        (
            "- Đến năm 2025, 70% thư viện cấp huyện,\n"
            "40% thư viện cấp\n"
            "xã cung cấp dịch vụ\n"
            "\n"
            "phục vụ học tập suốt đời."
        ),
        [
            "2025 library.lifelong_services district 70",
            "2025 library.lifelong_services commune 40",
        ],
    ),
    (
        (
            "- Đến năm 2025, 70% thư viện cấp huyện,\n"
            "\n"
            "- 3 -\n"
            "\n"
            "40% thư viện cấp xã cung cấp dịch vụ phục vụ học tập suốt đời."
        ),
        [
            "2025 library.lifelong_services district 70",
            "2025 library.lifelong_services commune 40",
        ],
    ),
    (
        ("- Đến năm 2025, số lượt người sử dụng thư viện tăng bình quân 10%\n- 15% mỗi năm."),
        [
            "2025 library.visits_growth all 10-15/year",
        ],
    ),
    (
        ("- Đến năm 2025, 70% nhà văn hóa\n- khu thể thao thôn có câu lạc bộ, nhóm sở thích."),
        [
            "2025 culture.clubs village 70",
        ],
    ),
    (
        ("- Đến năm 20x5, 70% thư viện cấp huyện cung cấp dịch vụ phục vụ học tập suốt đời."),
        [
            "unread year_unreadable",
        ],
    ),
    (
        (
            "- Đến năm 2025, 70% thư viện cấp huyện, thư vxxn lực lxxng vx trxng, 40% thư "
            "viện cấp xã cung cấp dịch vụ phục vụ học tập suốt đời."
        ),
        [
            "2025 library.lifelong_services district 70 ?unfamiliar_words",
            "2025 library.lifelong_services commune 40",
            "unread unknown_group",
        ],
    ),
    (
        ("- Đến năm 2025, 70% thư viện zzpht wqkn cung cấp dịch vụ phục vụ học tập suốt đời."),
        [
            "unread unknown_group",
        ],
    ),
    (
        ("- Đến năm 2025, 40% thư viện xã hội hóa ứng dụng công nghệ thông tin."),
        [
            "unread unknown_group",
        ],
    ),
    (
        ("- Đến năm 2025, số lượt người sử dụng thư viện cấp huyện tăng bình quân 6% mỗi năm."),
        [
            "2025 library.visits_growth district 6/year",
        ],
    ),
    (
        ("- Đến năm 2025, bố trí 500 triệu đồng cho thư viện cấp huyện; 30 người được đào tạo."),
        [
            "unread money",
        ],
    ),
    (
        ("1. Mục tiêu chung\nĐến năm 2030, đẩy mạnh chuyển đổi số tại các thư viện cấp huyện."),
        [],
    ),
    (
        (
            "- Đến năm 2025, 70% thư viện cấp huyện cung cấp dịch vụ phục vụ học tập suốt "
            "đời.\n"
            "- Đến năm 2025, 75% thư viện cấp huyện cung cấp dịch vụ phục vụ học tập suốt "
            "đời."
        ),
        [
            "2025 library.lifelong_services district 70 ?conflict",
            "2025 library.lifelong_services district 75 ?conflict",
        ],
    ),
]


def in_short(target: ParsedTarget) -> str:
    """ "2025 library.digital district 60", then what is out of the ordinary."""
    figure = str(target.minimum)
    if target.maximum is not None:
        figure += f"-{target.maximum}"
    if target.unit == "percent_per_year":
        figure += "/year"
    if target.basis == "implied":
        figure += " implied"
    for other in target.alternatives:
        figure += f"|{other}"
    parts = [str(target.year), target.indicator, "+".join(target.tiers) or "all", figure]
    if target.unit == "milestone":
        parts.append("milestone")
    if target.counts == "commune":
        parts.append("communes")
    if target.review_reasons:
        parts.append("?" + ",".join(target.review_reasons))
    return " ".join(parts)


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_sentence_is_read(text, expected):
    plan = parse_plan(HEAD + text + TAIL)
    found = [in_short(target) for target in plan.targets]
    found += [f"unread {sentence.reason}" for sentence in plan.unread]
    assert found == expected


@pytest.mark.parametrize("text", [text for text, _ in CASES])
def test_quotes_stand_where_they_say(text):
    whole = HEAD + text + TAIL
    for target in parse_plan(whole).targets:
        start, end = target.span
        assert whole[start:end] == target.quote
        assert target.sentence[0] <= start < end <= target.sentence[1]
