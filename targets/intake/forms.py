"""Forms of a plan on its way: sending its document."""

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from institutions.models import AdministrativeUnit


class PlanUploadForm(forms.Form):
    """The document of a plan. `territories`: those for which the person may register one."""

    file = forms.FileField(
        label=_("Document of the plan"),
        help_text=_(
            "A text file (.txt) of the signed plan, UTF-8 or as Vietnamese offices save it."
        ),
        max_length=200,
        allow_empty_file=True,  # the service says what is wrong with an empty document
        widget=forms.FileInput({"accept": ".txt,text/plain"}),
    )
    territory = forms.ModelChoiceField(
        label=_("Territory"),
        queryset=AdministrativeUnit.objects.none(),
        required=False,
        to_field_name="slug",
        empty_label=_("As the document names it"),
        help_text=_("Choose only if the name of the province cannot be read in the document."),
    )

    def __init__(self, *args, territories, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["territory"].queryset = territories

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > settings.MAX_PLAN_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(limit)s."),
                params={"limit": filesizeformat(settings.MAX_PLAN_BYTES)},
            )
        return file
