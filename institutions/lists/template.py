"""The workbook in which a list of institutions is written: headings, and the words that fit."""

import io

from django.utils.translation import gettext as _
from django.utils.translation import override
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from institutions.exports import harmless
from institutions.lists.columns import Column
from institutions.lists.wording import labels
from institutions.models import AdministrativeUnit, Kind, Tier

_WIDTHS = {Column.CODE: 18, Column.NAME: 42, Column.REPORTING_UNIT: 34}


def template(territory: AdministrativeUnit) -> bytes:
    """An empty list for a territory, in Vietnamese whatever the reader's language."""
    with override("vi"):
        book = Workbook()
        sheet = book.active
        sheet.title = _("Institutions")
        for place, (column, label) in enumerate(labels().items(), 1):
            sheet.cell(1, place, label).font = Font(bold=True)
            sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS.get(column, 22)
        sheet.freeze_panes = "A2"
        words = book.create_sheet(_("What to write"))
        units = territory.reporting_units.order_by("sort_key").values_list("name", flat=True)
        columns = {
            labels()[Column.KIND]: [str(label) for label in Kind.labels],
            labels()[Column.TIER]: [str(label) for label in Tier.labels],
            labels()[Column.REPORTING_UNIT]: [harmless(name) for name in units],
            _("Notes"): [
                _("Leave the code of a new institution empty: the next free one is given."),
                _("Write days as 30/11/2025. “Closed on” is the first day without it."),
                _("A blank cell leaves what is recorded as it is."),
            ],
        }
        for place, (heading, values) in enumerate(columns.items(), 1):
            words.cell(1, place, heading).font = Font(bold=True)
            words.column_dimensions[get_column_letter(place)].width = 34
            for line, value in enumerate(values, 2):
                words.cell(line, place, value)
        out = io.BytesIO()
        book.save(out)
    return out.getvalue()
