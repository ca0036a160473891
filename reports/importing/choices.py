"""What the sender of a file decided about it: how it is read, what its columns are, the answers to
what the file leaves open, and which institution a doubtful row means.

PURE: no Django. Kept with the import as one plain dict, and part of the fingerprint of its plan:
the writing reads the file exactly as the preview did.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

LEFT_OUT = ""
"""The choice for a column or a row that is not to be taken."""

_MOST = 20_000
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Choices:
    """`reading`: encoding, delimiter, sheet, header line (institutions.sheets.Choice).

    `columns` maps a place (0 is column A) to an indicator code or one of matching's own columns;
    `answers` the key of a doubt to its answer; `institutions` a line to an institution code.
    LEFT_OUT leaves the column or row out.
    """

    reading: Mapping[str, object] = field(default_factory=dict)
    columns: Mapping[int, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    institutions: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, kept: object) -> Choices:
        """Choices as they were kept. Whatever is no choice is left out; never raises."""
        kept = kept if isinstance(kept, Mapping) else {}
        reading = kept.get("reading")
        return cls(
            reading=dict(reading) if isinstance(reading, Mapping) else {},
            columns=_numbered(kept.get("columns")),
            answers=_texts(kept.get("answers")),
            institutions=_numbered(kept.get("institutions")),
        )

    @property
    def kept(self) -> dict:
        """As JSON keeps them; `Choices.of` gives them back."""
        return {
            name: {str(key): value for key, value in sorted(part.items())}
            for name, part in (
                ("reading", self.reading),
                ("columns", self.columns),
                ("answers", self.answers),
                ("institutions", self.institutions),
            )
            if part
        }


def _texts(part: object) -> dict[str, str]:
    if not isinstance(part, Mapping):
        return {}
    pairs = list(part.items())[:_MOST]
    return {str(k)[:_LONGEST]: v[:_LONGEST] for k, v in pairs if isinstance(v, str)}


def _numbered(part: object) -> dict[int, str]:
    found = _texts(part)
    return {int(k): v for k, v in found.items() if k.isascii() and k.isdigit() and len(k) < 9}
