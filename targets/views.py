"""Plans: the list, the text beside its targets, decisions on them. A new plan: targets/intake."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from institutions import scope
from institutions.scope import DEPARTMENT, EVERY_ROLE, audience
from targets import boards, services, wording
from targets.forms import DecisionForm, decide, offered
from targets.models import PlanVersion, Target


def versions(user):
    """Plan versions that the person may see: published ones, and drafts of those who decide."""
    return scope.limit_published(
        PlanVersion.objects.all(),
        user,
        territory="plan__territory",
        published=Q(status=PlanVersion.Status.PUBLISHED),
    )


def version_or_404(request, pk) -> PlanVersion:
    return get_object_or_404(
        versions(request.user).select_related(
            "plan__territory", "registered_by", "published_by", "supersedes"
        ),
        pk=pk,
    )


@audience(*EVERY_ROLE)
@require_GET
def plan_list(request):
    rows = list(
        versions(request.user)
        .defer("text", "unread")
        .select_related("plan__territory")
        .annotate(
            confirmed=Count("targets", Q(targets__state=Target.State.CONFIRMED)),
            waiting=Count("targets", Q(targets__state=Target.State.PROPOSED)),
        )
        .order_by("plan__territory__sort_key", "plan", "-in_force_from", "-pk")
    )
    return render(
        request,
        "targets/list.html",
        {
            "section": "plans",
            "sample": any(version.is_sample for version in rows),
            "versions": rows,
            "may_register": bool(scope.rights(request.user).department),
        },
    )


@audience(*EVERY_ROLE)
@require_GET
def plan(request, pk):
    version = version_or_404(request, pk)
    board = boards.for_version(version)
    is_draft = version.status == PlanVersion.Status.DRAFT
    return render(
        request,
        "targets/plan.html",
        {
            "section": "plans",
            "territory": version.plan.territory,
            "sample": version.is_sample,
            "version": version,
            "board": board,
            "deadline": wording.day_and_month(
                version.report_before_month, version.report_before_day
            ),
            "may_decide": is_draft and scope.may_manage(request.user, version.plan.territory_id),
        },
    )


@audience(*EVERY_ROLE)
@require_GET
def source(request, pk):
    """The document as it was sent, always as a download: it is not ours to show as a page."""
    version = version_or_404(request, pk)
    if not version.source_file:
        raise Http404
    try:
        file = version.source_file.open()
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(file, as_attachment=True, filename=version.source_name)


@audience(DEPARTMENT)
@require_POST
def confirm(request, pk):
    """Decide on the targets ticked on the plan's page, all of them or none."""
    version = version_or_404(request, pk)
    scope.require(scope.may_manage(request.user, version.plan.territory_id))
    ticked = set(request.POST.getlist("confirm"))
    decisions = {}
    for target in version.targets.waiting().select_related("indicator"):
        figure = next(iter(boards.choices(target))).value
        chosen = request.POST.get(f"choice-{target.pk}") or (
            figure if str(target.pk) in ticked else None
        )
        if chosen in offered(target):
            decisions[target] = chosen
    if not decisions:
        messages.warning(request, _("Nothing was chosen: tick the targets to confirm."))
        return redirect(version)
    try:
        with transaction.atomic():
            for target, chosen in decisions.items():
                decide(target, request.user, chosen)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(version)
    messages.success(
        request,
        ngettext("%(count)s target decided.", "%(count)s targets decided.", len(decisions))
        % {"count": len(decisions)},
    )
    return redirect(version)


@audience(DEPARTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def target(request, pk, target_pk):
    """Decide on one target: confirm, correct or reject it, with a note."""
    version = version_or_404(request, pk)
    scope.require(scope.may_manage(request.user, version.plan.territory_id))
    found = get_object_or_404(version.targets.select_related("indicator"), pk=target_pk)
    if found.state != Target.State.PROPOSED:
        messages.info(request, _("This target was decided already."))
        return redirect(f"{version.get_absolute_url()}#target-{found.pk}")
    form = DecisionForm(request.POST if request.method == "POST" else None, target=found)
    if request.method == "POST" and form.is_valid():
        try:
            form.save(request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The decision was recorded."))
            return redirect(f"{version.get_absolute_url()}#target-{found.pk}")
    return render(
        request,
        "targets/target.html",
        {
            "section": "plans",
            "territory": version.plan.territory,
            "sample": version.is_sample,
            "version": version,
            "reading": boards.reading(found),
            "sentence": boards.sentence(version, found),
            "form": form,
        },
    )


@audience(DEPARTMENT)
@require_POST
def publish(request, pk):
    version = version_or_404(request, pk)
    scope.require(scope.may_manage(request.user, version.plan.territory_id))
    try:
        services.publish(version, request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The plan is published: its targets count from now on."))
    return redirect(version)
