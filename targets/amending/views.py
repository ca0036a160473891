"""What an amendment changes in a plan. Read-only."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from institutions import scope
from institutions.scope import EVERY_ROLE, audience
from targets import views
from targets.amending import boards, chain
from targets.models import PlanVersion


@audience(*EVERY_ROLE)
@require_safe
def changes(request, pk):
    """The document beside the one that it replaces, target by target.

    Of a draft: what publishing it would change, before anybody does.
    """
    version = views.version_or_404(request, pk)
    is_draft = version.status == PlanVersion.Status.DRAFT
    return render(
        request,
        "targets/changes.html",
        {
            "section": "plans",
            "territory": version.plan.territory,
            "version": version,
            "comparison": boards.comparison(version),
            "may_keep": is_draft and scope.may_manage(request.user, version.plan.territory_id),
            "links": chain.links_of(version, views.versions(request.user)),
        },
    )
