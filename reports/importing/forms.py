"""Forms of the import: the file, and what its sender decides about how it is read."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.importing.apply import Preview
from reports.importing.choices import LEFT_OUT, Choices
from reports.importing.columns import UNUSED
from reports.importing.diff import Outcome
from reports.importing.resolving import How
from reports.importing.wording import (
    answer_label,
    ask,
    delimiters,
    encodings,
    headings,
    typed_in,
)

ACCEPTED = ".csv,.tsv,.txt,.xlsx,.xlsm,.xls,.ods"
# Rows for which an institution can be chosen on the page; the others are corrected in the file.
ROWS = 100
# Beyond so many institutions a list of all of them helps nobody.
LISTED = 60

OPEN, OUT = "?", "-"


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File (Excel or CSV)"),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        error_messages={
            "required": gettext_lazy("Choose a file first."),
            "empty": gettext_lazy(
                "The file is empty. Download the template, fill it in and send it."
            ),
        },
    )


class DecisionForm(forms.Form):
    """How a previewed file is read: everything that was guessed, and everything asked.

    Only what differs from the guess is kept, so that a better guess is not held back by an old
    one. A file that is read in another way has other columns and rows: what was decided of those
    is asked anew.
    """

    def __init__(self, *args, seen: Preview, choices: Choices, **kwargs):
        super().__init__(*args, **kwargs)
        self.seen, self.before = seen, choices
        self._reading_fields()
        self._column_fields()
        self._doubt_fields()
        self._row_fields()
        for field in self.fields.values():
            # The fields stand all over the page, the form at its end.
            field.widget.attrs["form"] = "decide"
            if isinstance(field.widget, forms.Select) and not isinstance(
                field.widget, forms.RadioSelect
            ):
                field.widget.attrs["class"] = "form-select"

    def _choice(self, name: str, label: str, options, initial: str, **kwargs) -> None:
        known = list(options)
        if initial not in {value for value, _label in known}:
            known.insert(0, (initial, initial or "–"))
        self.fields[name] = forms.ChoiceField(
            label=label, choices=known, initial=initial, required=False, **kwargs
        )

    def _reading_fields(self) -> None:
        guess = self.seen.book.guess
        if guess.encoding:
            self._choice("encoding", _("Encoding"), encodings().items(), guess.encoding)
            self._choice("delimiter", _("Separator"), delimiters().items(), guess.delimiter)
        letters = {name: label for name, label in typed_in().items() if name != "mojibake"}
        self._choice("typed_in", _("Typed in"), letters.items(), guess.typed_in or "unicode")
        if len(guess.sheets) > 1:
            sheets = [(sheet.name, sheet.name) for sheet in guess.sheets if not sheet.is_hidden]
            self._choice("sheet", _("Sheet"), sheets, guess.sheet)
        self.fields["header_line"] = forms.IntegerField(
            label=_("Line of the headings"),
            min_value=1,
            max_value=200_000,
            initial=guess.header_line,
            required=False,
            widget=forms.NumberInput(attrs={"class": "form-control"}),
        )

    def _column_fields(self) -> None:
        named = names(self.seen)
        options = [(LEFT_OUT, _("leave it out")), *named.items()]
        self.columns = {}
        for column in self.seen.plan.table:
            initial = LEFT_OUT if column.column == UNUSED else column.column
            offered = options
            if initial is None:
                initial, offered = OPEN, [(OPEN, _("— choose —")), *options]
            name = f"column_{column.place}"
            self.columns[column.place] = name
            heading = column.heading or column.letter
            self._choice(name, _("Column %(name)s") % {"name": heading}, offered, initial)

    def _doubt_fields(self) -> None:
        named = names(self.seen)
        self.doubts = {}
        for number, doubt in enumerate(self.seen.plan.doubts):
            name = f"doubt_{number}"
            self.doubts[name] = doubt
            self.fields[name] = forms.ChoiceField(
                label=ask(doubt, named.get(doubt.column, doubt.column)),
                choices=[(answer, answer_label(doubt, answer)) for answer in doubt.answers],
                initial=doubt.answer or None,
                required=False,
                widget=forms.RadioSelect,
            )

    def _row_fields(self) -> None:
        lines = self.seen.current.lines
        everybody = [(code, f"{line.name} ({code})") for code, line in lines.items()]
        self.rows = {}
        for row in self.seen.plan.rows:
            offers = row.candidates or row.how is How.CHOSEN
            if row.outcome is not Outcome.INVALID and row.how is not How.CHOSEN:
                continue
            if len(self.rows) >= ROWS or not (offers or row.code not in lines):
                continue
            near = [(code, f"{lines[code].name} ({code})") for code in row.candidates]
            options = [(OPEN, _("— choose —")), *near]
            if len(everybody) <= LISTED:
                options.append(
                    (_("All of the unit"), [each for each in everybody if each not in near])
                )
            options.append((OUT, _("leave the row out")))
            self.rows[row.line] = name = f"row_{row.line}"
            self.fields[name] = forms.ChoiceField(
                label=_("Institution of line %(line)s") % {"line": row.line},
                choices=options,
                initial=self.before.institutions.get(row.line, OPEN),
                required=False,
            )

    @property
    def choices(self) -> Choices:
        """What is decided once the form is taken."""
        reading = dict(self.before.reading)
        for name in ("encoding", "delimiter", "typed_in", "sheet", "header_line"):
            if name in self.changed_data and self.cleaned_data.get(name) not in (None, ""):
                reading[name] = self.cleaned_data[name]
        if "sheet" in self.changed_data and "header_line" not in self.changed_data:
            reading.pop("header_line", None)
        if reading != dict(self.before.reading):
            return Choices(reading=reading)
        columns = dict(self.before.columns)
        for place, name in self.columns.items():
            if name in self.data and name in self.changed_data and self.cleaned_data[name] != OPEN:
                columns[place] = self.cleaned_data[name]
        answers = dict(self.before.answers)
        for name, doubt in self.doubts.items():
            if given := self.cleaned_data.get(name):
                answers[doubt.key] = given
        institutions = dict(self.before.institutions)
        for line, name in self.rows.items():
            if name not in self.data:
                continue
            match self.cleaned_data.get(name):
                case "" | None | "?":
                    institutions.pop(line, None)
                case "-":
                    institutions[line] = LEFT_OUT
                case code:
                    institutions[line] = code
        return Choices(reading, columns, answers, institutions)


def names(seen: Preview) -> dict[str, str]:
    """What columns are called on the page: questions by their names."""
    return headings() | {indicator.code: indicator.label for indicator in seen.indicators}
