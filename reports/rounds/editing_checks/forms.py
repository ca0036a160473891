"""The form of the check page: an explanation beside each finding, any number of them at once."""

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from institutions.models import Tier
from reports.rounds.checks import MAX_NOTE
from reports.rounds.editing_checks.findings import (
    ExplanationRefused,
    Finding,
    Findings,
    WhyNot,
)

_AREA = {"rows": 2, "maxlength": MAX_NOTE}


class ExplainForm(forms.Form):
    """Fields by the key of the finding; `given` is what is to be kept.

    Last year's explanation is offered with a box to tick: nothing is taken over unread. One text
    may stand for all that is missing on a tier.
    """

    def __init__(self, data=None, *, findings: Findings):
        super().__init__(data)
        self.asked = [finding for finding in findings if not finding.is_fatal]
        for finding in self.asked:
            self._add(finding)
        for tier in dict.fromkeys(f.tier for f in self.asked if f.code == "missing"):
            self.fields[f"tier-{tier}"] = forms.CharField(
                label=_("One explanation for all that is missing: %(tier)s")
                % {"tier": Tier(tier).label},
                required=False,
                widget=forms.Textarea(attrs=_AREA),
            )

    def _add(self, finding: Finding) -> None:
        self.fields[f"text-{finding.key}"] = forms.CharField(
            label=_("Explanation"),
            required=False,
            initial=finding.explanation,
            widget=forms.Textarea(attrs=_AREA),
        )
        self.fields[f"seen-{finding.key}"] = forms.CharField(
            required=False, initial=finding.seen, widget=forms.HiddenInput
        )
        if finding.suggestion and finding.is_open:
            self.fields[f"reuse-{finding.key}"] = forms.BooleanField(
                label=_("Use last year's explanation again"), required=False
            )

    @property
    def given(self) -> dict[str, tuple[str, str]]:
        """What was written anew, by key: the text and what its writer saw there."""
        found = {}
        for finding in self.asked:
            text = self.cleaned_data.get(f"text-{finding.key}", "").strip()
            if not text and self.cleaned_data.get(f"reuse-{finding.key}"):
                text = finding.suggestion
            if not text and finding.is_open and finding.code == "missing":
                text = self.cleaned_data.get(f"tier-{finding.tier}", "").strip()
            if text and text != finding.explanation:
                seen = self.cleaned_data.get(f"seen-{finding.key}") or finding.seen
                found[finding.key] = (text, seen)
            elif not text and finding.explanation:
                self.add_error(f"text-{finding.key}", WhyNot.TOO_SHORT.label)
        return found

    @property
    def unplaced(self) -> list[str]:
        """Texts for what the checks no longer notice: shown once more rather than dropped."""
        known = {f"text-{finding.key}" for finding in self.asked}
        return [
            text
            for name in self.data
            if name.startswith("text-")
            and name not in known
            and (text := self.data[name].strip()[:MAX_NOTE])
        ]

    def again(self, findings: Findings, refused: Mapping[str, ExplanationRefused]) -> "ExplainForm":
        """The form as it was filled in, over the findings as they stand, with what was refused.

        The page shows what stands by then: the next save is written for that.
        """
        data = self.data.copy()
        for finding in findings:
            data[f"seen-{finding.key}"] = finding.seen
            name = f"text-{finding.key}"
            # Explained by a tick or for the whole tier: left blank, the next save would take the
            # field for an explanation that was deleted. A field that was emptied stays empty.
            if finding.explanation and name not in self.errors and not data.get(name, "").strip():
                data[name] = finding.explanation
        form = ExplainForm(data, findings=findings)
        form.full_clean()
        for name, errors in self.errors.items():
            if name in form.fields:
                form.add_error(name, errors)
        for key, refusal in refused.items():
            name = f"text-{key}"
            tier = f"tier-{key.split(':')[1]}"
            at = name if form.data.get(name, "").strip() or tier not in form.fields else tier
            if at in form.fields and refusal.why.label not in form.errors.get(at, ()):
                form.add_error(at, refusal.why.label)
        return form
