"""Files as offices send them, made where a test needs one."""

import io

import pypdfium2


def blank_pdf(pages: int = 1) -> bytes:
    """A PDF of empty A4 pages."""
    document, target = pypdfium2.PdfDocument.new(), io.BytesIO()
    for _ in range(pages):
        document.new_page(595, 842)
    document.save(target)
    document.close()
    return target.getvalue()
