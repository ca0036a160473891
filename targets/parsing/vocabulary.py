"""The words of such plans, folded, as the programme and the provinces' plans use them."""

from .model import Kind

Phrase = tuple[str, ...]


def phrases(*texts: str) -> tuple[Phrase, ...]:
    return tuple(tuple(text.split()) for text in texts)


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Nouns that open a group: "70% thư viện cấp huyện".
HEADS: dict[Kind, tuple[Phrase, ...]] = {
    Kind.LIBRARY: phrases("thu vien"),
    Kind.MUSEUM: phrases("bao tang"),
    Kind.CULTURE_CENTRE: phrases("trung tam van hoa", "nha van hoa", "tt vh", "ttvh"),
}
# What stands between the head and the tier without changing it: "thư viện công cộng cấp huyện",
# "trung tâm văn hóa, thông tin và thể thao cấp huyện", "nhà văn hóa - khu thể thao thôn".
INSIDE_HEAD: dict[Kind, tuple[Phrase, ...]] = {
    Kind.LIBRARY: phrases("cong cong", "cac", "trong", "o", "tai", "thuoc", "cua", "he thong"),
    Kind.MUSEUM: phrases("cac", "o", "tai"),
    Kind.CULTURE_CENTRE: phrases(
        "thong tin", "the thao", "truyen thong", "nghe thuat", "dien anh", "du lich",
        "khu the thao", "va", "cac", "o", "tai", "thuoc", "phat thanh", "truyen hinh",
    ),
}  # fmt: skip

# Tier labels. The words that tell one tier from another, never the "cấp" before them.
TIERS: dict[str, tuple[Phrase, ...]] = {
    "province": phrases("tinh"),
    "district": phrases("huyen", "quan", "thi xa", "thanh pho"),
    "commune": phrases("xa", "phuong", "thi tran", "dac khu"),
    "village": phrases(
        "thon", "lang", "ban", "buon", "bon", "ap", "xom", "khom", "to dan pho", "khu pho",
        "khu dan cu",
    ),
    "general_school": phrases(
        "giao duc pho thong", "truong pho thong", "truong hoc", "tieu hoc", "truong tieu hoc",
        "trung hoc co so", "trung hoc pho thong", "truong trung hoc", "thcs", "thpt", "pho thong",
    ),
    "vocational": phrases("giao duc nghe nghiep", "nghe nghiep", "day nghe", "truong nghe"),
    "other_education": phrases("giao duc khac", "giao duc thuong xuyen"),
    "university": phrases("truong dai hoc", "phan hieu truong dai hoc", "dai hoc", "hoc vien"),
    "special": phrases("chuyen nganh"),
    "armed_forces": phrases("luc luong vu trang", "vu trang", "quan doi", "cong an"),
    "community": phrases("cong dong", "tu nhan", "tu nhan co phuc vu cong dong"),
}  # fmt: skip
TIER_ORDER = (
    "province", "district", "commune", "village", "university", "special", "armed_forces",
    "general_school", "vocational", "other_education", "community",
)  # fmt: skip
# Area names: only after a head, "cấp", or as the unit itself ("các xã").
AREA_TIERS = frozenset({"province", "district", "commune", "village"})
# Labels that need no head of their own: "cấp xã 40%", "lực lượng vũ trang 80%".
BEFORE_LABEL = phrases(
    "co so", "cac", "cac co so", "truong", "cac truong", "phan hieu", "so", "khoi"
)
LEVEL = "cap"
# Labels that are other words too when their marks are lost, as they must be written to count.
SPELLED = {
    "quan": "quận", "phuong": "phường", "ban": "bản", "lang": "làng", "ap": "ấp", "buon": "buôn",
    "bon": "bon", "xom": "xóm", "khom": "khóm",
}  # fmt: skip
LIKE_AREAS = words("tang than thong thu tim tin quang quy ban bang trong phong nang ta")
AMBIGUOUS_ALONE = words("ban lang quan ap bon xom khom")
AREAS = phrases("cac", "so", "tong so")  # "các xã", "số xã"
SCHOOLS_NOT_KNOWN = phrases("mam non", "cao dang", "trung cap", "giao duc mam non")

# Evidence of what is measured, by kind of institution.
SUBJECTS: dict[Kind, dict[str, tuple[Phrase, ...]]] = {
    Kind.LIBRARY: {
        "library.lifelong_services": phrases(
            "cung cap dich vu", "dich vu phuc vu viec hoc tap", "dich vu phuc vu hoc tap",
            "dich vu hoc tap", "dich vu ho tro hoc tap",
        ),
        "library.digital": phrases(
            "ung dung cong nghe thong tin", "cong nghe thong tin", "chuyen doi so",
            "ung dung cong nghe so", "ung dung cntt", "cntt",
        ),
        "library.visits_growth": phrases(
            "luot nguoi su dung", "luot nguoi doc", "luot ban doc", "luot nguoi dung",
            "luot nguoi den", "luot doc gia", "luot nguoi",
        ),
    },
    Kind.MUSEUM: {
        "museum.education_programme": phrases(
            "chuong trinh giao duc", "hoat dong giao duc", "chuong trinh hoat dong giao duc",
        ),
        "museum.visits_growth": phrases(
            "luot khach tham quan", "luot khach", "khach tham quan", "luot nguoi tham quan",
        ),
    },
    Kind.CULTURE_CENTRE: {
        "culture.creative_activities": phrases(
            "ho tro nhu cau hoat dong sang tao", "nhu cau hoat dong sang tao", "hoat dong sang tao",
            "sang tao va huong thu", "huong thu van hoa",
        ),
        "culture.clubs": phrases("lop nang khieu", "cau lac bo", "nhom so thich"),
    },
}  # fmt: skip
GROWTH = frozenset({"library.visits_growth", "museum.visits_growth"})

# Who or what a percentage may be of, when it is not of institutions.
PEOPLE = phrases(
    "nguoi dan", "can bo", "vien chuc", "nhan vien", "hoc sinh", "sinh vien", "nguoi lao dong",
    "nhan dan", "dan so", "ban doc", "ho gia dinh", "gia dinh", "nguoi lam", "giao vien", "dan cu",
    "nhan luc", "nguoi dung", "dong bao", "thanh nien", "tre em", "thieu nhi", "doi tuong",
    "nguoi lon", "cong chuc", "thu thu", "dan toc", "phu nu", "nong dan", "nguoi",
)  # fmt: skip
MONEY = phrases("dong", "ty dong", "trieu dong", "kinh phi", "ngan sach", "ty", "trieu", "von")
NARROWER = phrases(
    "khuyet tat", "thieu nhi", "nguoi cao tuoi", "khiem thi", "dan toc thieu so", "tre em",
    "vung sau", "bien gioi", "nguoi lao dong", "ngoai cong lap", "nguoi mu", "nguoi gia",
    "cong lap", "dat chuan", "nong thon moi", "truc tuyen", "mien phi",
)  # fmt: skip
# Between a group and its subject these mean another thing: "70% thư viện có cán bộ được đào tạo …".
OTHER_MATTER = phrases(
    "can bo", "nhan vien", "vien chuc", "dao tao", "tap huan", "boi duong", "de an", "ke hoach",
    "kinh phi", "tru so", "may tinh", "vien tro", "nhan luc", "nguoi lam", "thu thu", "quy che",
    "phong doc", "von", "dau tu", "xep hang", "danh gia", "chua",
)  # fmt: skip

LIST_WORDS = phrases("tuong ung", "lan luot")
BACK_WORDS = phrases("neu tren", "chi tieu tren", "noi tren", "ke tren", "o tren", "cac chi tieu")
# Before a group, in place of a figure.
ALL = phrases("tat ca", "tat ca cac", "toan bo", "toan bo cac", "moi")
VAGUE = phrases(
    "hau het", "hau het cac", "da so", "da so cac", "phan lon", "phan lon cac", "phan nhieu",
    "da phan", "mot so", "nhieu", "gan het", "khong it", "mot phan",
)  # fmt: skip
PARTS = phrases(
    "mot nua", "mot nua so", "nua so", "hai phan ba", "hai phan ba so", "ba phan tu",
    "ba phan tu so", "mot phan ba", "mot phan ba so", "mot phan tu", "mot phan tu so",
)  # fmt: skip
# Before a figure: it says where things stand, or is the whole country's.
NOW = phrases(
    "hien nay", "hien tai", "hien co", "den nay", "thoi diem hien tai", "tinh den", "da co",
    "da dat",
)  # fmt: skip
NATIONAL = phrases("ca nuoc", "toan quoc", "quoc gia", "trung uong", "chinh phu")
# What carries a year in its name.
LAWS = phrases("luat", "nghi dinh", "phap lenh", "thong tu", "hien phap", "bo luat")
PROGRAMMES = phrases("de an", "chuong trinh", "chien luoc", "ke hoach", "quy hoach", "nghi quyet")

PER_YEAR = phrases("moi nam", "hang nam", "mot nam", "tung nam", "nam")
GROWING = phrases("tang", "tang truong")
FALLING = frozenset({"giam"})
UPPER = phrases(
    "duoi", "khong qua", "toi da", "khong vuot qua", "it hon", "khong qua muc", "thap hon"
)
ASIDE_YEARS = phrases("so voi", "dinh huong", "tam nhin", "dinh huong den", "tam nhin den",
                      "nam hoc", "so voi nam", "dinh huong nam", "dinh huong den nam",
                      "tam nhin den nam", "tam nhin nam", "so voi cung ky", "ke tu nam",
                      "so voi cung ky nam")  # fmt: skip
IN_TOTAL = phrases("giai doan", "tong cong", "ca giai doan", "so voi")

# Words that carry no meaning of their own for a target.
FILLER = words("""
    den nam vao het truoc trong phan dau dat la co duoc deu khoang it nhat toi thieu tren tu tro
    len so cac cua he thong mang luoi doi voi o tai thuoc tong va hoac cung nhung moi mot phai se
    tiep tuc duy tri bao dam dam ti ty le luong so luong tham gia trien khai thuc hien to chuc
    xay dung ho tro nhu cau ung dung cung cap dia ban tinh toan muc chi tieu tuong ung lan luot
    neu nay sau nhu thi thanh cho de nham theo tang binh quan moi hang hon giai doan cuoi dau khi
    viec ve gom bao hoan thanh thanh lap thuong xuyen hoat dong tung thi xa thanh pho do voi bang
    gan ca tat tam nhin huong ap hau da phan lon nua moi bo
    """)
# Between a group and its subject: "trên địa bàn tỉnh có tổ chức, hỗ trợ nhu cầu …".
AFTER_GROUP = words(
    "tren dia ban tinh co deu duoc to chuc ho tro nhu cau trien khai thuc hien xay dung va ung "
    "dung cung cap hoat dong se phai thuong xuyen cac dat viec dua vao ap"
)
# Between a figure and its group: "70% số thư viện", "90% đối với các thư viện cấp huyện".
BEFORE_GROUP = words("tro len so tong cac cua he thong mang luoi doi voi o tai thuoc tren luong "
                         "trong la cho toan")  # fmt: skip
# Between a group and its figure: "thư viện cấp huyện phấn đấu đạt ít nhất 70%".
BEFORE_FIGURE = words(
    "dat la tu it nhat toi thieu tren khoang co phan dau den nam vao ty le ti chiem len tang "
    "cung deu duoc se phai hon muc trong binh quan dia ban tinh toan doi voi giai doan moi hang "
    "bao dam so"
)
# Whole words of headings, not to be taken apart: "nhiệm" is no "nhi" and "em".
_HEADINGS = words("muc tieu chi nhiem vu giai phap kinh phi chuc noi dung")


def _all_words() -> frozenset[str]:
    found = set(FILLER | BEFORE_GROUP | BEFORE_FIGURE | _HEADINGS) | {LEVEL}
    tables: list[tuple[Phrase, ...]] = [
        *HEADS.values(), *INSIDE_HEAD.values(), *TIERS.values(), BEFORE_LABEL, LIST_WORDS,
        BACK_WORDS, PER_YEAR, GROWING, PEOPLE,
    ]  # fmt: skip
    for subjects in SUBJECTS.values():
        tables.extend(subjects.values())
    for table in tables:
        for phrase in table:
            found.update(phrase)
    return frozenset(word for word in found if len(word) > 1)


WORDS = _all_words()  # for taking glued words apart
