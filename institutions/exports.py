"""Tables as files: readable by a Vietnamese Excel, and harmless in it."""

import re

from django_tables2.export.export import TableExport

# A cell that begins with one of these is run as a formula by spreadsheet programs.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# "+7,1 %" is run too, and gives itself.
_SIGNED_NUMBER = re.compile(r"[+-]\d[\d.,]*(\s?%)?")
# What tables show where there is nothing; in a column of a file it would be text among numbers.
_NOTHING = ("—", "–")


def harmless(value):
    """The value, with an apostrophe before text that a spreadsheet would run as a formula."""
    if not isinstance(value, str) or _SIGNED_NUMBER.fullmatch(value):
        return value
    if value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


class SafeExport(TableExport):
    """CSV with a byte-order mark (Excel would take it for Latin text) or XLSX, formula-safe."""

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
        content = super().export()
        return content.encode("utf-8-sig") if isinstance(content, str) else content
