"""A new plan from its document."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from institutions import scope
from institutions.scope import DEPARTMENT, audience
from targets.intake.forms import PlanUploadForm
from targets.intake.services import register_plan
from targets.models import PlanVersion


@audience(DEPARTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request):
    """A plan from its document: sent, read, and shown for decisions."""
    own = scope.territories(request.user).filter(pk__in=scope.rights(request.user).department)
    form = PlanUploadForm(
        *((request.POST, request.FILES) if request.method == "POST" else ()),
        territories=own.order_by("sort_key"),
    )
    if request.method == "POST" and form.is_valid():
        version = _register(form, request.user)
        if version is not None:
            messages.success(
                request,
                ngettext(
                    "%(count)s target was read. Decide on it, then publish the plan.",
                    "%(count)s targets were read. Decide on them, then publish the plan.",
                    count := version.targets.count(),
                )
                % {"count": count},
            )
            return redirect(version)
    return render(request, "targets/new.html", {"section": "plans", "form": form})


def _register(form, user) -> PlanVersion | None:
    """The draft, or None with the reason on the form and nothing saved."""
    file = form.cleaned_data["file"]
    try:
        with transaction.atomic():
            version = register_plan(
                territory=form.cleaned_data["territory"],
                content=file.read(),
                file_name=file.name,
                user=user,
            )
            territory = version.plan.territory
            if not scope.may_manage(user, territory.pk):
                # The database forgets the draft, the disk has to be told.
                version.source_file.delete(save=False)
                raise ValidationError(
                    _("The document is a plan of %(territory)s, which is not yours to register."),
                    params={"territory": territory},
                )
    except ValidationError as error:
        form.add_error("file", error)
        return None
    return version
