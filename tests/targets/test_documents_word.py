"""Word files: what stands on the page, in the order in which it is read."""

import io
import zipfile

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from targets.documents import read_document
from tests.documents import word_file

NAMESPACES = nsdecls("w")
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"


def text_of(*paragraphs: str) -> str:
    """Text of a document with these paragraphs of XML."""
    document = docx.Document()
    for paragraph in paragraphs:
        document.element.body.insert(-1, parse_xml(paragraph))
    return read_document(word_file(document), "plan.docx").text


def p(inner: str) -> str:
    return f"<w:p {NAMESPACES}>{inner}</w:p>"


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (run("đạt ") + run("70") + run("%"), "đạt 70%"),
        (run("đạt 7<!-- -->0%"), "đạt 70%"),
        ("<w:r><w:t>một</w:t><w:tab/><w:t>hai</w:t></w:r>", "một hai"),
        ("<w:r><w:t>một</w:t><w:br/><w:t>hai</w:t></w:r>", "một\nhai"),
        ("<w:r><w:t>10</w:t><w:noBreakHyphen/><w:t>15%</w:t></w:r>", "10-15%"),
        ("<w:r><w:t>ti</w:t><w:softHyphen/><w:t>nh</w:t></w:r>", "tinh"),
        (f"<w:ins>{run('70')}</w:ins><w:del><w:r><w:delText>60</w:delText></w:r></w:del>{run('%')}",
         "70%"),
        (f"<w:moveTo>{run('70%')}</w:moveTo><w:moveFrom>{run('60%')}</w:moveFrom>", "70%"),
        (f"{run('70%')}<w:r><w:rPr><w:vanish/></w:rPr><w:t>60%</w:t></w:r>", "70%"),
        (f"{run('70%')}<w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t>, 80%</w:t></w:r>",
         "70%, 80%"),
        (f"<w:hyperlink>{run('xem tại đây')}</w:hyperlink>", "xem tại đây"),
        (f"<w:smartTag>{run('70%')}</w:smartTag>", "70%"),
        (f"<w:sdt><w:sdtPr><w:text/></w:sdtPr><w:sdtContent>{run('70%')}</w:sdtContent></w:sdt>",
         "70%"),
        (f"{run('Trang ')}<w:r><w:instrText>PAGE</w:instrText></w:r>{run('2')}", "Trang 2"),
        (f"{run('70%')}<w:r><w:footnoteReference w:id='1'/></w:r>", "70%"),
        (run("tha\u0300nh pho\u0302\u0301"), "thành phố"),
        (run("70%\u00a0thư viện"), "70%\u00a0thư viện"),
    ],
)  # fmt: skip
def test_paragraph_is_read_as_it_stands_on_the_page(inner, text):
    assert text_of(p(inner)) == text


def test_paragraphs_stand_apart_by_an_empty_line():
    assert text_of(p(run("một")), p(""), p(run("hai"))) == "một\n\nhai"


def test_paragraph_whose_end_was_deleted_goes_on_in_the_next():
    gone = "<w:pPr><w:rPr><w:del w:id='1' w:author='a'/></w:rPr></w:pPr>"
    assert text_of(p(gone + run("đạt 70%")), p(run(" thư viện"))) == "đạt 70% thư viện"


def test_text_box_follows_its_paragraph_and_is_read_once():
    box = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        '<mc:Choice Requires="wps"><w:drawing><w:txbxContent><w:p><w:r><w:t>trong khung</w:t></w:r>'
        "</w:p></w:txbxContent></w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent><w:p>"
        "<w:r><w:t>trong khung</w:t></w:r></w:p></w:txbxContent></w:pict></mc:Fallback>"
        "</mc:AlternateContent>"
    )
    assert text_of(p(f"<w:r>{box}</w:r>{run('lời văn')}"), p(run("sau"))) == (
        "lời văn\n\ntrong khung\n\nsau"
    )


def test_headers_and_footers_are_left_out():
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Bản dự thảo 99%"
    document.sections[0].footer.paragraphs[0].text = "Trang 1"
    document.add_paragraph("đạt 70%")
    assert read_document(word_file(document), "plan.docx").text == "đạt 70%"


def test_strict_form_of_the_format_is_read_too():
    xml = f'<w:document xmlns:w="{STRICT}"><w:body><w:p><w:r><w:t>đạt 70%</w:t></w:r></w:p></w:body></w:document>'  # noqa: E501
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", xml)
    assert read_document(file.getvalue(), "plan.docx").text == "đạt 70%"


# -- lists -------------------------------------------------------------------------------------


def numbered(levels: str, paragraphs: list[tuple[int, int]], numbers: str = "") -> list[str]:
    """Labels of paragraphs given by (list, level); every list follows the same levels."""
    document = docx.Document()
    numbering = document.part.numbering_part.element
    for old in list(numbering):
        numbering.remove(old)
    numbering.append(
        parse_xml(f'<w:abstractNum {NAMESPACES} w:abstractNumId="7">{levels}</w:abstractNum>')
    )
    for number in sorted({number for number, _level in paragraphs}):
        override = numbers if number > 1 else ""
        numbering.append(parse_xml(
            f'<w:num {NAMESPACES} w:numId="{number}"><w:abstractNumId w:val="7"/>{override}</w:num>'
        ))  # fmt: skip
    for number, at in paragraphs:
        place = f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="{number}"/></w:numPr>'
        document.element.body.insert(-1, parse_xml(p(f"<w:pPr>{place}</w:pPr>{run('x')}")))
    text = read_document(word_file(document), "plan.docx").text
    return [line.removesuffix("x").strip() for line in text.split("\n\n")]


def level(at: int, form: str, text: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


THREE = level(0, "upperRoman", "%1.") + level(1, "decimal", "%2.") + level(2, "lowerLetter", "%3)")


@pytest.mark.parametrize(
    ("levels", "paragraphs", "labels"),
    [
        (THREE, [(1, 0), (1, 1), (1, 1), (1, 2), (1, 2), (1, 1), (1, 0), (1, 1)],
         ["I.", "1.", "2.", "a)", "b)", "3.", "II.", "1."]),
        (level(0, "upperRoman", "%1.") + level(1, "decimal", "%1.%2.", "<w:isLgl/>"),
         [(1, 0), (1, 0), (1, 1)], ["I.", "II.", "2.1."]),
        (level(0, "decimal", "%1.") + level(1, "decimal", "%1.%2.", '<w:lvlRestart w:val="0"/>'),
         [(1, 0), (1, 1), (1, 0), (1, 1)], ["1.", "1.1.", "2.", "2.2."]),
        (level(0, "bullet", "-"), [(1, 0)], ["-"]),
        (level(0, "bullet", "+"), [(1, 0)], ["+"]),
        (level(0, "bullet", "\uf0b7"), [(1, 0)], ["-"]),
        (level(0, "bullet", "o"), [(1, 0)], ["-"]),
        (level(0, "none", ""), [(1, 0)], [""]),
        (level(0, "decimalZero", "Điều %1."), [(1, 0)], ["Điều 01."]),
        (level(0, "decimal", "%1."), [(1, 0), (0, 0), (1, 0)], ["1.", "", "2."]),
        (level(0, "decimal", "%1."), [(1, 0), (2, 0), (1, 0)], ["1.", "2.", "3."]),
    ],
)  # fmt: skip
def test_numbers_of_word_are_written_out(levels, paragraphs, labels):
    assert numbered(levels, paragraphs) == labels


def test_list_that_starts_anew_counts_from_its_start():
    start = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    labels = numbered(level(0, "decimal", "%1."), [(1, 0), (1, 0), (2, 0), (2, 0)], start)
    assert labels == ["1.", "2.", "5.", "6."]


def test_list_of_a_style_is_numbered():
    document = docx.Document()
    document.add_paragraph("một", style="List Number")
    document.add_paragraph("hai", style="List Number")
    document.add_paragraph("điểm", style="List Bullet")
    assert read_document(word_file(document), "a.docx").text == "1. một\n\n2. hai\n\n- điểm"


# -- tables ------------------------------------------------------------------------------------


def table_of(rows: list[list[str]]) -> docx.document.Document:
    document = docx.Document()
    document.add_paragraph("trước")
    table = document.add_table(len(rows), len(rows[0]))
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, words in zip(row.cells, cells, strict=True):
            cell.text = words
    document.add_paragraph("sau")
    return document


ROWS = [["Chỉ tiêu", "2025", "2030"], ["Thư viện\ncấp huyện", "70%", "90%"]]


def test_row_is_a_line_with_cells_apart_by_tabs():
    assert read_document(word_file(table_of(ROWS)), "a.docx").text == (
        "trước\n\nChỉ tiêu\t2025\t2030\nThư viện cấp huyện\t70%\t90%\n\nsau"
    )


def test_merged_cells_are_read_once_and_columns_stay_in_place():
    document = table_of([["A", "B", "C"], ["", "b", "c"], ["D", "", "d"]])
    table = document.tables[0]
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(2, 0).merge(table.cell(2, 1))
    assert read_document(word_file(document), "a.docx").text == (
        "trước\n\nA\tB\tC\n\tb\tc\nD\t\td\n\nsau"
    )


def test_table_within_a_cell_follows_its_row():
    document = table_of(ROWS)
    inner = document.tables[0].cell(1, 0).add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "trong", "bảng"
    assert read_document(word_file(document), "a.docx").text == (
        "trước\n\nChỉ tiêu\t2025\t2030\nThư viện cấp huyện\t70%\t90%\ntrong\tbảng\n\nsau"
    )


def test_deleted_row_is_left_out():
    document = table_of(ROWS)
    row = document.tables[0].rows[1]._tr
    row.get_or_add_trPr().append(parse_xml(f'<w:del {NAMESPACES} w:id="1" w:author="a"/>'))
    assert read_document(word_file(document), "a.docx").text == (
        "trước\n\nChỉ tiêu\t2025\t2030\n\nsau"
    )
