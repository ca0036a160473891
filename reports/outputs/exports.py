"""Tables of figures as files. A table of sample figures says so in a column of its own, so that
the mark survives copying."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from institutions.exports import SafeExport


class FigureExport(SafeExport):
    """CSV or XLSX, formula-safe, with the sample mark beside every row that needs it."""

    def __init__(self, export_format, table, *, is_sample: bool = False):
        self.is_sample = is_sample
        super().__init__(export_format, table)

    def table_to_dataset(self, table, exclude_columns, dataset_kwargs=None):
        dataset = super().table_to_dataset(table, exclude_columns, dataset_kwargs)
        dataset.title = "1520"
        if self.is_sample:
            dataset.title = _("Sample figures")
            dataset.append_col([_("Sample figures")] * dataset.height, header=_("Origin"))
        return dataset


def requested(request: HttpRequest) -> str | None:
    """The file format that the address asks for, None for the page itself."""
    wanted = request.GET.get("_export")
    return wanted if SafeExport.is_valid_format(wanted) else None


def response(table, export_format: str, name: str, *, is_sample: bool = False) -> HttpResponse:
    """The whole table (every page of it) as a file `name`.csv or `name`.xlsx."""
    export = FigureExport(export_format, table, is_sample=is_sample)
    return export.response(f"{name}.{export_format}")
