"""Proof of a submission: what was sent, when and by whom, under a code that anyone can check.

The content of a report is written down as one text whose every byte follows from the report (see
docs/receipts.md), so that its SHA-256 tells whether the report is still what was submitted. It
names units, institutions and questions by code: a new name is no new content.
"""

import hashlib
import json
import secrets
import unicodedata
from collections.abc import Iterator
from datetime import datetime

from django.db import models
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from institutions.models import User
from reports.models import Receipt, Report
from reports.rounds.checks import Cell
from reports.rounds.editing_checks.findings import explanation_of
from reports.rounds.entry import AMOUNTS, TEXTS, values_of
from reports.rounds.progress import progress

HEAD = "lifelong-learning report content 1"
"""First line of every content: what it is, and the version of the form below."""

# Crockford's alphabet: no I, L, O or U beside 1, 0 and V.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16
"""Characters of five bits each: 80 bits, which nobody guesses."""
_GROUP = 4
_READ_AS = str.maketrans("OIL", "011", " -–—.\t\r\n")


class Standing(models.TextChoices):
    """What a receipt says of its report today."""

    SAME = "same", _("The report is still exactly what was submitted.")
    CHANGED = "changed", _("The report has changed since this submission.")
    BROKEN = "broken", _("The content kept with this receipt does not match its own hash.")


# The code -----------------------------------------------------------------------------------


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _place in range(CODE_LENGTH))


def grouped(code: str) -> str:
    """A code as people read it: "7K2M-9QXD-…"."""
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


def read_code(text: str) -> str:
    """The code that somebody typed, with or without dashes, O for 0 and I or L for 1; else ""."""
    code = text.upper().translate(_READ_AS)
    return code if len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) else ""


# The content --------------------------------------------------------------------------------


def _quoted(text: str) -> str:
    """A text as one JSON string."""
    return json.dumps(unicodedata.normalize("NFC", text), ensure_ascii=False)


def _code(text: str) -> str:
    """A code as it stands; one that would break the line or the field, as a JSON string."""
    return text if text.isprintable() and not text.startswith('"') else _quoted(text)


def _answers(report: Report) -> Iterator[list[str]]:
    rows = values_of(report).values_list(
        "line__institution__code", "indicator__code",
        "state", "count", "na_reason", "note", "evidence", "explanation", "explained",
    )  # fmt: skip
    for institution, indicator, state, count, reason, note, evidence, text, explained in rows:
        explanation = explanation_of(Cell(state, count, reason), text, explained)
        if state == "blank" and not (note or evidence or explanation):
            continue
        yield [
            "answer",
            _code(institution),
            indicator,
            state,
            reason if count is None else str(count),
            *(_quoted(words) for words in (note, evidence, explanation)),
        ]


def _explanations(report: Report) -> Iterator[list[str]]:
    for note in report.check_notes.all():
        yield ["explanation", note.check_code, note.subject, note.seen, _quoted(note.text)]


def _files(report: Report) -> Iterator[list[str]]:
    files = report.attachments.select_related("value__line__institution", "value__indicator")
    for file in files:
        of = (
            [_code(file.value.line.institution.code), file.value.indicator.code]
            if file.value
            else ["", ""]
        )
        yield ["file", file.sha256, str(file.size), _quoted(file.name), *of]


def content_of(report: Report) -> str:
    """The report as it stands, as the text that is hashed. Three queries.

    The report must come with its round, that one's territory, and its reporting unit.
    """
    rows = [
        [HEAD],
        ["round", report.round.territory.slug, str(report.round.year)],
        ["unit", _code(report.reporting_unit.code)],
    ]
    rows += [["text", name, _quoted(text)] for name in TEXTS if (text := getattr(report, name))]
    rows += [
        ["amount", name, f"{amount:.3f}"]
        for name in AMOUNTS
        if (amount := getattr(report, name)) is not None
    ]
    for part in (_answers, _explanations, _files):
        rows += sorted(part(report))
    return "".join("\t".join(row) + "\n" for row in rows)


def hash_of(content: str | bytes) -> str:
    """SHA-256 in hexadecimal; of a text, that of its UTF-8."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


# Receipts -----------------------------------------------------------------------------------


def issue(report: Report, user: User | None, at: datetime) -> Receipt:
    """Write the receipt of a submission, numbered from 1 within its report.

    Belongs into the transaction that submits, with the report locked.
    """
    content, seen = content_of(report), progress([report])[report.pk]
    last = report.receipts.aggregate(last=Max("number"))["last"] or 0
    return Receipt.objects.create(
        report=report,
        number=last + 1,
        code=new_code(),
        at=at,
        by=user,
        institutions=seen.institutions,
        filled=seen.answered,
        blank=seen.missing,
        content=content,
        sha256=hash_of(content),
    )


def standing(receipt: Receipt) -> Standing:
    """Whether the report is still what was submitted; the receipt comes with its report."""
    if hash_of(receipt.content) != receipt.sha256:
        return Standing.BROKEN
    if content_of(receipt.report) != receipt.content:
        return Standing.CHANGED
    return Standing.SAME


def by_code(text: str) -> Receipt | None:
    """The receipt with the code that somebody typed."""
    code = read_code(text)
    return _with_report().filter(code=code).first() if code else None


def by_content(content: bytes) -> Receipt | None:
    """The latest receipt whose content is that file, to the byte."""
    return _with_report().filter(sha256=hash_of(content)).order_by("-at", "-pk").first()


def _with_report() -> models.QuerySet[Receipt]:
    return Receipt.objects.select_related("report__round__territory", "report__reporting_unit")
