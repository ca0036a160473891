"""Tables of figures and of the institutions below them, on the page and as files."""

import django_tables2 as tables
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from reports.figures import phrases, rows, statuses, words
from reports.figures.target_rows import TargetAttainment
from reports.models import Report
from targets.models import Indicator


def chip(status: words.Status) -> str:
    """A verdict on a tinted ground, as HTML."""
    if status.code == "plain" or not status.icon:
        return format_html("<small>{}</small>", status.word)
    return render_to_string("components/verdict.html", {"status": status, "chip": True})


class AnswerColumn(tables.Column):
    """What institutions answered to one indicator: a chip on the page, a plain word in a file."""

    def __init__(self, indicator: Indicator, **kwargs):
        self.indicator = indicator
        kwargs.setdefault("accessor", f"answer_{indicator.pk}")
        kwargs.setdefault("verbose_name", indicator.label)
        super().__init__(**kwargs)

    def render(self, record):
        return chip(rows.answered(record, self.indicator).status) + beside(record, self.indicator)

    def value(self, record):
        return str(rows.answered(record, self.indicator).status.word)


class CountColumn(tables.Column):
    """The yearly count of a growth indicator, or why there is none."""

    def __init__(self, indicator: Indicator, *, year: int, **kwargs):
        self.indicator = indicator
        kwargs.setdefault("accessor", f"count_{indicator.pk}")
        kwargs.setdefault("empty_values", ())
        kwargs.setdefault("verbose_name", _("Visits %(year)s") % {"year": year})
        kwargs.setdefault("attrs", {"td": {"class": "num"}, "th": {"class": "num"}})
        super().__init__(**kwargs)

    def render(self, record):
        answer = rows.answered(record, self.indicator)
        shown = format_html("<small>{}</small>", answer.status.word)
        if answer.code == "count":
            shown = format_html("{}", words.grouped(answer.count or 0))
        return shown + beside(record, self.indicator)

    def value(self, record):
        return in_file(rows.answered(record, self.indicator))


class OtherColumn(tables.Column):
    """In a file: how the cell stands now, or on the basis "now" how it was closed."""

    def __init__(self, indicator: Indicator, *, is_now: bool, **kwargs):
        self.indicator = indicator
        heading = _("%(question)s (as closed)") if is_now else _("%(question)s (now)")
        kwargs.setdefault("accessor", f"other_answer_{indicator.pk}")
        kwargs.setdefault("verbose_name", heading % {"question": indicator.label})
        super().__init__(**kwargs)

    def value(self, record):
        return in_file(rows.answered(record, self.indicator, "other_"))


def in_file(answer: rows.Answered):
    """An answer as a cell of a file: a number, or the word for it."""
    return answer.count if answer.code == "count" else str(answer.status.word)


def beside(record, indicator: Indicator) -> str:
    """Below a cell of a closed year: what it was corrected to since, or what stood before."""
    other = rows.answered_otherwise(record, indicator)
    if other is None:
        return SafeString("")
    word = _("when closed: %(value)s") if record.is_now else _("now: %(value)s")
    return format_html('<small class="corrected">{}</small>', word % {"value": other.status.word})


class EarlierCountColumn(tables.Column):
    """The same institution's count of an earlier year."""

    def __init__(self, indicator: Indicator, *, year: int, **kwargs):
        kwargs.setdefault("accessor", f"before_{indicator.pk}")
        kwargs.setdefault("verbose_name", _("Visits %(year)s") % {"year": year})
        kwargs.setdefault("attrs", {"td": {"class": "num"}, "th": {"class": "num"}})
        kwargs.setdefault("default", words.NO_FIGURE)
        super().__init__(**kwargs)

    def render(self, value):
        return words.grouped(value)

    def value(self, value):
        return value


class GrowthColumn(tables.Column):
    """Change of one institution's count between two years; information, never judged."""

    def __init__(self, indicator: Indicator, **kwargs):
        self.indicator = indicator
        kwargs.setdefault("orderable", False)
        kwargs.setdefault("empty_values", ())
        kwargs.setdefault("verbose_name", _("Growth"))
        kwargs.setdefault("attrs", {"td": {"class": "num"}, "th": {"class": "num"}})
        super().__init__(**kwargs)

    def render(self, record):
        pk = self.indicator.pk
        return rows.growth_rate(
            getattr(record, f"before_{pk}", None), getattr(record, f"count_{pk}", None)
        )

    def value(self, record):
        return self.render(record)


class LineTable(tables.Table):
    """Institutions of a roster with their answers. Columns of indicators are added per page."""

    institution = tables.Column(
        verbose_name=_("Institution"),
        accessor="institution__name",
        order_by=("institution__sort_key", "institution__code"),
    )
    place = tables.Column(
        verbose_name=_("Place"),
        empty_values=(),
        accessor="district",
        order_by=("district__sort_key", "commune__sort_key", "institution__sort_key"),
    )
    report = tables.Column(
        verbose_name=_("Report"),
        empty_values=(),
        accessor="status",
        order_by=("status", "approved_at", "submitted_at"),
    )

    row_header = "institution"
    # Of a closed round, for those who may correct it: the question that the link opens with.
    corrects: str = ""

    class Meta:
        order_by = "institution"
        attrs = {"class": "table stack short"}
        empty_text = _("No institution matches. Clear the filter to see all of them.")

    def render_institution(self, record):
        name = format_html(
            '<a href="{}">{}</a>', record.institution.get_absolute_url(), record.institution.name
        )
        if not self.corrects:
            return name
        address = reverse("reports:erratum", args=[record.pk, self.corrects])
        return name + format_html(
            ' <small class="corrected"><a href="{}">{}</a></small>',
            address,
            _("Correct a closed figure"),
        )

    def value_institution(self, record):
        return record.institution.name

    def render_place(self, record):
        return rows.place(record)

    def render_report(self, record):
        return report_with_day(record)

    def value_report(self, record):
        return report_with_day(record)


class CodedLineTable(LineTable):
    """The same for files: with the institution's code first."""

    code = tables.Column(verbose_name=_("Code"), accessor="institution__code")

    class Meta(LineTable.Meta):
        sequence = ("code", "institution", "place")


def report_with_day(line) -> str:
    """ "Approved 18/11/2025": the report's status and the day of it."""
    word = rows.report_word(line.status)
    moment = {
        Report.Status.APPROVED: line.approved_at,
        Report.Status.SUBMITTED: line.submitted_at,
    }.get(line.status)
    if moment is None:
        return word
    return f"{word} {date_format(timezone.localtime(moment), 'SHORT_DATE_FORMAT')}"


def line_columns(indicators: list[Indicator], *, year: int, earlier: int | None) -> list:
    """The columns of a kind's indicators: answers first, then counts with their earlier year."""
    columns: list = [
        (f"answer_{indicator.pk}", AnswerColumn(indicator))
        for indicator in indicators
        if not indicator.is_growth
    ]
    for indicator in indicators:
        if indicator.is_growth:
            pk = indicator.pk
            if earlier:
                columns.append((f"before_{pk}", EarlierCountColumn(indicator, year=earlier)))
            columns.append((f"count_{pk}", CountColumn(indicator, year=year)))
            if earlier:
                columns.append((f"growth_{pk}", GrowthColumn(indicator)))
    return columns


def line_table(
    lines,
    indicators: list[Indicator],
    *,
    year: int,
    earlier: int | None = None,
    prefix: str = "",
    corrects: bool = False,
) -> LineTable:
    """The table of a tier or unit page; `prefix` where a page has several. `corrects`: with a link
    to the correction of a figure, for the Department and a closed round."""
    extra = line_columns(indicators, year=year, earlier=earlier)
    names = [name for name, _column in extra]
    table = LineTable(
        lines,
        extra_columns=extra,
        sequence=("institution", "place", *names, "report"),
        prefix=prefix,
    )
    if corrects and indicators:
        table.corrects = indicators[0].code
    return table


def line_file(
    lines, indicators: list[Indicator], *, year: int, earlier: int | None = None
) -> LineTable:
    """The same for a file. Questions in which an answer was corrected after the year was closed
    have a column more, right of the one that the page shows."""
    extra = []
    listed = list(lines)
    corrected = {
        f"{what}_{each.pk}": each
        for each in indicators
        for what in ("answer", "count")
        if any(rows.answered_otherwise(line, each) for line in listed)
    }
    for name, column in line_columns(indicators, year=year, earlier=earlier):
        extra.append((name, column))
        if indicator := corrected.get(name):
            extra.append((f"other_{name}", OtherColumn(indicator, is_now=listed[0].is_now)))
    return CodedLineTable(
        lines,
        extra_columns=extra,
        sequence=("code", "institution", "place", *(name for name, _column in extra), "report"),
    )


class CommuneTable(tables.Table):
    """Communes as the counted unit; rows are plain dictionaries."""

    commune = tables.Column(verbose_name=_("Commune"), order_by=("commune_key",))
    district = tables.Column(verbose_name=_("District"), order_by=("district_key", "commune_key"))
    answer = tables.Column(verbose_name=_("Counts as"))
    institutions = tables.Column(
        verbose_name=_("Institutions that say yes"),
        orderable=False,
        attrs={"td": {"class": "num"}, "th": {"class": "num"}},
    )
    lines = tables.Column(verbose_name=_("Institutions"), orderable=False)

    row_header = "commune"

    class Meta:
        attrs = {"class": "table stack short"}
        empty_text = _("No commune has this answer.")

    def render_answer(self, value):
        return chip(rows.answer_status(value))

    def render_lines(self, value):
        return render_to_string("reports/_behind.html", {"lines": value})

    def value_answer(self, value):
        return rows.answer_word(value)


class TargetTable(tables.Table):
    """Every target as a file: one row a target, figures apart from words."""

    indicator = tables.Column(verbose_name=_("Indicator"))
    tiers = tables.Column(verbose_name=_("Tiers"))
    target_year = tables.Column(verbose_name=_("Target year"))
    level = tables.Column(verbose_name=_("Target"))
    basis = tables.Column(verbose_name=_("Basis"))
    document = tables.Column(verbose_name=_("Document"))
    numerator = tables.Column(verbose_name=_("Numerator"))
    denominator = tables.Column(verbose_name=_("Denominator"))
    missing = tables.Column(verbose_name=_("Missing"))
    not_applicable = tables.Column(verbose_name=_("Not applicable"))
    value = tables.Column(verbose_name=_("Result, %"))
    possible = tables.Column(verbose_name=_("Possible, %"))
    assessment = tables.Column(verbose_name=_("Assessment"))
    shortfall = tables.Column(verbose_name=_("Shortfall"))
    cutoff = tables.Column(verbose_name=_("Roster of"))
    map = tables.Column(verbose_name=_("Map"))
    counted = tables.Column(verbose_name=_("Figures counted"))

    class Meta:
        orderable = False


def target_table(
    found: list[TargetAttainment], map_words: str, *, is_now: bool = False
) -> TargetTable:
    """The target table of the dashboard, for a file. Empty cell: there is no such figure.

    Where anything was corrected after the year was closed, the figures stand there a second time:
    as they are now, or with `is_now` as they were closed.
    """
    if not any(row.other for row in found):
        return TargetTable([_target_row(row, map_words) for row in found])
    heading = _("%(column)s (as closed)") if is_now else _("%(column)s (now)")
    extra = [
        (f"other_{name}", tables.Column(verbose_name=heading % {"column": column.verbose_name}))
        for name, column in TargetTable.base_columns.items()
        if name in COMPARED
    ]
    names = [name for name in TargetTable.base_columns if name != "counted"]
    return TargetTable(
        [
            _target_row(row, map_words)
            | {
                f"other_{name}": value
                for name, value in _target_row(row.other or row, map_words).items()
                if name in COMPARED
            }
            for row in found
        ],
        extra_columns=extra,
        sequence=(*names, *(name for name, _column in extra), "counted"),
    )


COMPARED = ("numerator", "denominator", "missing", "value", "possible", "assessment")


def _target_row(row: TargetAttainment, map_words: str) -> dict:
    return {
        "indicator": row.indicator.label,
        "tiers": phrases.tiers_label(row.tiers, row.indicator.kind),
        "target_year": row.target_year,
        "level": phrases.goal_words(row.target),
        "basis": row.target.get_basis_display(),
        "document": row.target.version.number,
        "numerator": row.numerator,
        "denominator": row.denominator,
        "missing": row.missing,
        "not_applicable": row.not_applicable,
        "value": row.value,
        "possible": row.possible,
        "assessment": str(statuses.status_of(row).word),
        "shortfall": phrases.shortfall_words(row),
        "cutoff": row.cutoff and date_format(row.cutoff, "SHORT_DATE_FORMAT"),
        "map": map_words,
        "counted": words.basis(row.basis),
    }


def district_table(heads: list[str], body: list[list]) -> tables.Table:
    """The districts side by side as a file: a name, then numbers and words per level."""
    names = [f"c{place}" for place in range(len(heads))]
    data = [dict(zip(names, row, strict=True)) for row in body]
    extra = [
        (name, tables.Column(verbose_name=head)) for name, head in zip(names, heads, strict=True)
    ]
    return tables.Table(data, extra_columns=extra, orderable=False)
