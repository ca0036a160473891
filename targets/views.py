"""Plans: the list, the text beside its targets, decisions on them. A new plan: targets/intake."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from institutions import scope
from institutions.scope import ADMINISTRATOR, DEPARTMENT, EVERY_ROLE, audience
from targets import boards, marking, services, wording
from targets.amending import boards as amendments
from targets.amending import chain, keeping
from targets.forms import AddForm, DecisionForm, MarkForm
from targets.intake.services import on_their_way
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
        versions(request.user).select_related("plan__territory", "registered_by", "published_by"),
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
            "links": chain.newest_first(rows),
            "may_register": (may_register := bool(scope.rights(request.user).department)),
            "documents": on_their_way(request.user) if may_register else [],
        },
    )


@audience(*EVERY_ROLE)
@require_GET
def plan(request, pk):
    """The text beside its targets. `?show=open`: only what asks for a look."""
    version = version_or_404(request, pk)
    board = boards.for_version(version)
    may_decide = _may_decide(request, version)
    only_open = may_decide and request.GET.get("show") == "open"
    sections = board.open_sections if only_open else board.sections
    links = chain.links_of(version, versions(request.user))
    replaces = next(link.replaces for link in links if link.is_shown)
    return render(
        request,
        "targets/plan.html",
        {
            **_frame(version),
            "board": board,
            "sections": sections,
            "only_open": only_open,
            "deadline": wording.day_and_month(
                version.report_before_month, version.report_before_day
            ),
            "may_decide": may_decide,
            "sees_history": scope.may_see_history(request.user, version.plan.territory_id),
            "links": links,
            "replaces": replaces,
            "dropped": (amendments.comparison(version).dropped if may_decide and replaces else []),
            # Ticked by the person who asked for it; the page itself ticks nothing.
            "ticks_all": request.GET.get("select") == "all",
        },
    )


def _frame(version: PlanVersion) -> dict:
    """What every page about one version hands to its template."""
    return {
        "section": "plans",
        "territory": version.plan.territory,
        "sample": version.is_sample,
        "version": version,
    }


def _may_decide(request, version: PlanVersion) -> bool:
    is_draft = version.status == PlanVersion.Status.DRAFT
    return is_draft and scope.may_manage(request.user, version.plan.territory_id)


def _to_decide(request, pk) -> PlanVersion:
    """The version for a decision of the Department; 403 for who may only see it."""
    version = version_or_404(request, pk)
    scope.require(scope.may_manage(request.user, version.plan.territory_id))
    return version


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
    """Confirm the targets ticked in the list of clearly stated ones: all of them or none."""
    version = _to_decide(request, pk)
    try:
        ids = {int(value) for value in request.POST.getlist("target")}
    except ValueError:
        raise Http404 from None
    if not ids:
        messages.warning(request, _("Nothing was chosen: tick the targets to confirm."))
        return redirect(f"{version.get_absolute_url()}#together")
    try:
        done = services.confirm_together(version, request.user, ids)
    except Target.DoesNotExist:
        raise Http404 from None
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(f"{version.get_absolute_url()}#together")
    messages.success(
        request,
        ngettext("%(count)s target confirmed.", "%(count)s targets confirmed.", len(done))
        % {"count": len(done)},
    )
    return redirect(version)


@audience(*EVERY_ROLE)
@require_http_methods(["GET", "HEAD", "POST"])
def target(request, pk, target_pk):
    """One target: its sentence, who decided what; for the Department the decision."""
    version = version_or_404(request, pk)
    found = get_object_or_404(
        version.targets.select_related("indicator", "decided_by"), pk=target_pk
    )
    may_decide = _may_decide(request, version)
    form = None
    if request.method == "POST":
        scope.require(scope.may_manage(request.user, version.plan.territory_id))
        try:
            services.require_undecided(version, found)
            form = DecisionForm(request.POST, target=found)
            if form.is_valid():
                form.save(request.user)
                messages.success(request, _("The decision was recorded."))
                return redirect(_onwards(request, version, found))
        except services.DecidedError as error:
            # Somebody else was quicker: the target is shown as it stands.
            messages.error(request, " ".join(error.messages))
            return redirect(request.path)
        except ValidationError as error:
            form.refuse(error)
    elif may_decide and found.state == Target.State.PROPOSED:
        form = DecisionForm(target=found)
    return render(
        request,
        "targets/target.html",
        {
            **_frame(version),
            "reading": (shown := boards.reading(found, boards.number_of(found), version)),
            "sentence": boards.sentence(version, shown),
            "form": form,
            "may_decide": may_decide,
            "events": boards.events(version, found),
        },
    )


def _onwards(request, version: PlanVersion, decided: Target) -> str:
    """Back to the target on the plan's page, or to the next one that asks for a look."""
    if "next" in request.POST:
        doubtful = [
            each
            for each in version.targets.waiting().order_by("position", "pk")
            if not each.is_clear
        ]
        later = [each for each in doubtful if each.position > decided.position]
        if onwards := (later or doubtful)[:1]:
            return reverse("targets:target", args=[version.pk, onwards[0].pk])
    return f"{version.get_absolute_url()}#target-{decided.pk}"


@audience(DEPARTMENT)
@require_POST
def reopen(request, pk, target_pk):
    """Take the decision on one target back."""
    version = _to_decide(request, pk)
    found = get_object_or_404(version.targets, pk=target_pk)
    try:
        services.reopen_target(found, request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The decision was taken back: the target waits again."))
    return redirect("targets:target", version.pk, found.pk)


@audience(DEPARTMENT)
@require_POST
def sentence(request, pk, number):
    """Note that an unread sentence is no target; `again` has it asked about again."""
    version = _to_decide(request, pk)
    try:
        if "again" in request.POST:
            services.forget_sentence(version, number)
        else:
            services.see_sentence(version, request.user, number)
    except IndexError:
        raise Http404 from None
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    if request.POST.get("show") == "open":
        return redirect(f"{version.get_absolute_url()}?show=open#text")
    return redirect(f"{version.get_absolute_url()}#unread-{number}")


@audience(DEPARTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request, pk):
    """A target that was missed: words are marked (`?start=&end=`) or pasted, then it is worded.

    `?keep=`: a target of the document before, which this one leaves as it was without naming it.
    """
    version = _to_decide(request, pk)
    if version.status != PlanVersion.Status.DRAFT:
        messages.error(request, _("The plan is published; its targets are fixed."))
        return redirect(version)
    data = request.POST if request.method == "POST" else request.GET
    kept = _kept(data, version)
    span = _marked_span(data, version)
    if span is None:
        return _mark(request, version, kept)
    form = AddForm(
        request.POST if request.method == "POST" else None,
        version=version,
        kept=kept,
        initial={"start": span[0], "end": span[1]},
    )
    if request.method == "POST" and form.is_valid():
        try:
            added = form.save(request.user)
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(
                request,
                _("Target %(number)s was added and confirmed.") % {"number": added.position},
            )
            if kept is not None:
                return redirect("targets:changes", version.pk)
            return redirect(f"{version.get_absolute_url()}#target-{added.pk}")
    return render(
        request,
        "targets/add.html",
        {
            **_frame(version),
            "form": form,
            "kept": kept,
            "kept_words": _in_words(kept),
            "sentence": boards.marked(version, *span),
            "page": marking.page_at(version.page_starts, span[0]),
        },
    )


def _kept(data, version: PlanVersion) -> Target | None:
    """The target of the document before that a person takes over, None if none is asked for."""
    if "keep" not in data:
        return None
    try:
        pk = int(data["keep"])
    except ValueError:
        raise Http404 from None
    return get_object_or_404(
        Target.objects.confirmed().select_related("indicator", "version"),
        version=chain.replaced_by(version),
        pk=pk,
    )


def _in_words(kept: Target | None) -> str:
    if kept is None:
        return ""
    figure = wording.figure(kept)
    return f"{kept.indicator.label}: {wording.group(kept)}, {kept.year}, {figure}"


def _mark(request, version: PlanVersion, kept: Target | None):
    """Find the words of a missed target: paste them, or begin with a sentence not read.

    Of one that is kept: the sentence that leaves the rest of the plan as it was, if there is one.
    """
    form = MarkForm(request.GET if "words" in request.GET else None)
    onwards = f"&keep={kept.pk}" if kept else ""
    found = keeping.clauses(version.text) if kept and not form.is_bound else []
    if len(found) == 1 and "other" not in request.GET:
        start, end = found[0]
        return redirect(f"{request.path}?start={start}&end={end}{onwards}")
    if form.is_bound and form.is_valid():
        found = services.places_of(version, form.cleaned_data["words"])
        if len(found) == 1:
            start, end = found[0]
            return redirect(f"{request.path}?start={start}&end={end}{onwards}")
        if not found:
            form.add_error("words", _("These words do not stand in the text of the plan."))
    elif "start" in request.GET:
        messages.error(request, _("The words marked do not stand in the text."))
    return render(
        request,
        "targets/mark.html",
        {
            **_frame(version),
            "form": form,
            "places": [
                {"start": start, "end": end, "sentence": boards.marked(version, start, end)}
                for start, end in found[:20]
            ],
            "count": len(found),
            "kept": kept,
            "kept_words": _in_words(kept),
            "board": boards.for_version(version),
        },
    )


def _marked_span(data, version: PlanVersion) -> tuple[int, int] | None:
    """The place of marked words, None if there is none or it is none of this text."""
    try:
        return marking.trimmed(version.text, int(data["start"]), int(data["end"]))
    except (KeyError, ValueError):
        return None


@audience(DEPARTMENT, ADMINISTRATOR)
@require_GET
def history(request, pk):
    """Every decision on the plan's targets, and every one taken back."""
    version = version_or_404(request, pk)
    scope.require(scope.may_see_history(request.user, version.plan.territory_id))
    return render(
        request, "targets/history.html", {**_frame(version), "events": boards.events(version)}
    )


@audience(DEPARTMENT)
@require_POST
def publish(request, pk):
    version = _to_decide(request, pk)
    try:
        services.publish(version, request.user)
    except services.SettingsError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("targets:settings", version.pk)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(f"{version.get_absolute_url()}#publish")
    if version.in_force_from <= timezone.localdate():
        messages.success(request, _("The plan is published: its targets count from now on."))
    else:
        messages.success(
            request,
            _("The plan is published: its targets count from %(day)s on.")
            % {"day": date_format(version.in_force_from, "SHORT_DATE_FORMAT")},
        )
    return redirect(version)
