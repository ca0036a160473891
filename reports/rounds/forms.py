"""Forms of the reporting pages. Each hands over to entry.py and review.py, which decide."""

import re
from collections.abc import Collection
from decimal import Decimal

from django import forms
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from reports.importing.cells import read_cell
from reports.importing.reasons import Reason, Why
from reports.importing.wording import say
from reports.models import NotApplicableReason, Report, State
from reports.rounds.checks import MAX_NOTE, Cell, faults
from reports.rounds.entry import AMOUNTS, TEXTS, Entry, question_of, seal
from reports.rounds.pages import SheetCell, SheetRow
from targets.models import Indicator
from targets.numbers import NumberError, parse_number

ANSWERS = [
    (State.BLANK, _("Not reported")),
    (State.YES, pgettext_lazy("answer", "Yes")),
    (State.NO, pgettext_lazy("answer", "No")),
    (State.NOT_APPLICABLE, _("Not applicable")),
]
REASONS = [("", _("— applies —")), *NotApplicableReason.choices]
# The largest amount that fits the column: 12 digits before the comma.
MOST_MILLIONS = Decimal(10) ** 12


class LineForm(forms.Form):
    """The answers of one institution, each with note and evidence; `entries` once it is valid."""

    def __init__(
        self, *args, row: SheetRow, versions: dict[int, int], corrects: bool = False, **kwargs
    ):
        super().__init__(*args, **kwargs)
        # Why the Department changes what was submitted.
        self.fields["correction"] = forms.CharField(
            label=_("Reason for the correction, which the unit will read"),
            required=corrects,
            max_length=MAX_NOTE,
            widget=forms.TextInput if corrects else forms.HiddenInput,
        )
        self.row = row
        self.entries: list[Entry] = []
        for place in row.cells:
            self._add(place, versions.get(place.indicator.pk, 0))
            if not place.is_open:
                for name in ("answer", "count", "reason", "note", "evidence"):
                    if (key := f"{name}_{place.indicator.pk}") in self.fields:
                        self.fields[key].disabled = True

    def _add(self, place: SheetCell, version: int) -> None:
        indicator, cell, pk = place.indicator, place.cell, place.indicator.pk
        if indicator.is_growth:
            self.fields[f"count_{pk}"] = forms.CharField(
                label=_("Count in the period"),
                required=False,
                max_length=40,
                initial="" if cell.count is None else cell.count,
                help_text=_("A whole number. Leave blank if not known; 0 means none."),
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            )
        else:
            self.fields[f"answer_{pk}"] = forms.ChoiceField(
                label=_("Answer"),
                required=False,
                choices=ANSWERS,
                initial=cell.state,
                widget=forms.RadioSelect,
            )
        self.fields[f"reason_{pk}"] = forms.ChoiceField(
            label=_("If not applicable: why"),
            required=False,
            choices=REASONS,
            initial=cell.na_reason,
        )
        self.fields[f"note_{pk}"] = forms.CharField(
            label=pgettext_lazy("column", "Note"),
            required=False,
            max_length=MAX_NOTE,
            initial=cell.note,
        )
        self.fields[f"evidence_{pk}"] = forms.CharField(
            label=_("Evidence"),
            required=False,
            max_length=MAX_NOTE,
            initial=place.evidence,
            help_text=_("What shows it: a document, an address, a page of the register."),
        )
        self.fields[f"version_{pk}"] = forms.IntegerField(
            initial=version, min_value=0, widget=forms.HiddenInput
        )

    @property
    def groups(self):
        """The cell of the page and its fields, by question."""
        for place in self.row.cells:
            pk = place.indicator.pk
            names = ("answer", "count", "reason", "note", "evidence", "version")
            yield place, [self[f"{n}_{pk}"] for n in names if f"{n}_{pk}" in self.fields]

    def clean(self):
        cleaned = super().clean()
        for place in self.row.cells:
            if place.is_open:
                self._clean_cell(place.indicator, cleaned)
        return cleaned

    def _clean_cell(self, indicator: Indicator, cleaned: dict) -> None:
        pk, question = indicator.pk, question_of(indicator)
        reason, note = cleaned.get(f"reason_{pk}", ""), cleaned.get(f"note_{pk}", "").strip()
        field = f"count_{pk}" if indicator.is_growth else f"answer_{pk}"
        entered = cleaned.get(field, "")
        if reason and entered in ("", State.BLANK, State.NOT_APPLICABLE):
            cell, wrong = Cell(State.NOT_APPLICABLE, na_reason=reason, note=note), []
        elif reason:
            self.add_error(
                f"reason_{pk}", _("There is an answer and a reason why none applies. Keep one.")
            )
            return
        elif indicator.is_growth:
            cell, wrong = read_cell(entered, question, {}) if entered else (Cell(), [])
        else:
            cell, wrong = Cell(entered or State.BLANK), []
        if cell is not None:
            cell = Cell(cell.state, cell.count, cell.na_reason, note)
            wrong = wrong + [Reason(Why(fault)) for fault in faults(cell, question, question.kind)]
        for each in wrong:
            at = f"note_{pk}" if each.why is Why.OTHER_NEEDS_NOTE else field
            at = f"reason_{pk}" if each.why is Why.REASON_MISSING else at
            self.add_error(at, say(each))
        if not wrong:
            self.entries.append(
                Entry(
                    self.row.line.pk,
                    indicator,
                    cell,
                    cleaned.get(f"version_{pk}", 0) or 0,
                    cleaned.get(f"evidence_{pk}", "").strip(),
                )
            )

    def accept_versions(self, versions: dict[int, int]) -> None:
        """Let the next save go over what others wrote: the page has shown it by then."""
        self.data = self.data.copy()
        for pk, version in versions.items():
            self.data[f"version_{pk}"] = version


class AmountField(forms.CharField):
    """Millions of VND as Vietnamese offices write them: "1.234,5"."""

    default_error_messages = {
        "invalid": _("Enter an amount in million VND, such as 1.234,5."),
        "range": _("The amount is below zero or too large."),
    }

    def __init__(self, **kwargs):
        super().__init__(
            max_length=30, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs
        )

    def prepare_value(self, value):
        if isinstance(value, Decimal):
            plain = value.normalize()
            places = max(0, -plain.as_tuple().exponent)
            # As it is read back, whatever the language: "1,234" would come back as 1.234.
            with override("vi"):
                return number_format(plain, decimal_pos=places, use_l10n=True, force_grouping=True)
        return value

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        try:
            # "0.500" could be a half or five hundred.
            if re.match(r"[+-]?0\d*\.\d{3}\b", text):
                raise NumberError(text)
            amount = parse_number(text)
        except NumberError:
            raise forms.ValidationError(self.error_messages["invalid"], "invalid") from None
        if not 0 <= amount < MOST_MILLIONS:
            raise forms.ValidationError(self.error_messages["range"], "range")
        if amount != amount.quantize(Decimal("0.001")):
            raise forms.ValidationError(self.error_messages["invalid"], "invalid")
        return amount


class TextsForm(forms.Form):
    """The short texts and the two amounts of a report."""

    def __init__(self, *args, report: Report, **kwargs):
        initial = {name: getattr(report, name) for name in (*TEXTS, *AMOUNTS)}
        super().__init__(*args, initial=initial, **kwargs)
        for name in TEXTS:
            label = Report._meta.get_field(name).verbose_name
            self.fields[name] = forms.CharField(
                label=capfirst(str(label)),
                required=False,
                max_length=10_000,
                widget=forms.Textarea(attrs={"rows": 3}),
            )
        for name in AMOUNTS:
            label = Report._meta.get_field(name).verbose_name
            self.fields[name] = AmountField(label=capfirst(str(label)), required=False)
        self.fields["seen"] = forms.CharField(
            initial=seal(report), required=False, max_length=64, widget=forms.HiddenInput
        )

    def say_what_stands(self, report: Report) -> None:
        """Beside each field what somebody else saved meanwhile; the next save goes over it."""
        for name in (*TEXTS, *AMOUNTS):
            stands = getattr(report, name)
            if stands != self.cleaned_data[name]:
                shown = self.fields[name].prepare_value(stands)
                self.add_error(name, _("Stands now: %(value)s") % {"value": shown or "–"})
        self.data = self.data.copy()
        self.data["seen"] = seal(report)


class ReturnForm(forms.Form):
    """The message of a return, and one message for each ticked cell (keys "line-indicator").

    `words`: texts, amounts and files go back as well.
    """

    message = forms.CharField(required=False, max_length=5000)
    words = forms.BooleanField(required=False)

    def __init__(self, *args, cells: Collection[str], **kwargs):
        super().__init__(*args, **kwargs)
        self.cells = cells
        for key in cells:
            self.fields[f"message_{key}"] = forms.CharField(required=False, max_length=MAX_NOTE)

    @property
    def told(self) -> dict[str, str]:
        """What was written for each ticked cell."""
        return {key: self.data.get(f"message_{key}", "") for key in self.cells}

    def clean(self):
        cleaned = super().clean()
        texts = [text for name, text in cleaned.items() if name.startswith("message")]
        if not self.errors and not any((text or "").strip() for text in texts):
            raise forms.ValidationError(
                _("Say what is to be corrected: a message for the report, or one for a cell.")
            )
        return cleaned
