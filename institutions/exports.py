"""Tables as files: readable by a Vietnamese Excel, and harmless in it."""

import re
from decimal import Decimal

from django_tables2.export.export import TableExport
from tablib import Dataset

# A cell that begins with one of these is run as a formula by spreadsheet programs.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# "+7,1 %" is run too, and gives itself.
_SIGNED_NUMBER = re.compile(r"[+-]\d[\d.,]*(\s?%)?")
# What tables show where there is nothing; in a column of a file it would be text among numbers.
_NOTHING = ("—", "–")
# A Vietnamese Excel takes a comma for the decimal mark, and so splits columns at semicolons.
_DELIMITER = ";"


def harmless(value):
    """The value, with an apostrophe before text that a spreadsheet would run as a formula."""
    if not isinstance(value, str) or _SIGNED_NUMBER.fullmatch(value):
        return value
    if value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def written(value):
    """The value as text of a CSV: numbers with a decimal comma, without grouping."""
    if isinstance(value, float | Decimal):
        return str(value).replace(".", ",")
    return value


class SafeExport(TableExport):
    """CSV as a Vietnamese Excel opens it by a double click, or XLSX with real numbers.

    The CSV has a byte-order mark (Excel would take it for Latin text), semicolons and decimal
    commas, as the template has that units fill in. Both are formula-safe.
    """

    FORMATS = {name: TableExport.FORMATS[name] for name in (TableExport.CSV, TableExport.XLSX)}

    @classmethod
    def is_valid_format(cls, export_format):
        return export_format in cls.FORMATS

    def table_to_dataset(self, table, exclude_columns, dataset_kwargs=None):
        dataset = super().table_to_dataset(table, exclude_columns, dataset_kwargs)
        rows = [
            tuple("" if cell in _NOTHING else harmless(cell) for cell in row) for row in dataset
        ]
        headers = dataset.headers
        dataset.wipe()
        dataset.headers = headers
        dataset.extend(rows)
        return dataset

    def export(self):
        if self.format != TableExport.CSV:
            return super().export()
        rows = [tuple(written(cell) for cell in row) for row in self.dataset]
        content = Dataset(*rows, headers=self.dataset.headers)
        return content.export("csv", delimiter=_DELIMITER).encode("utf-8-sig")
