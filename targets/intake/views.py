"""A new plan from its document: sent, read while one looks on, its head checked."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from institutions import scope
from institutions.scope import DEPARTMENT, EVERY_ROLE, audience
from targets.amending import chain
from targets.documents import DocumentError, page_image
from targets.intake import boards, reading, services
from targets.intake.forms import HeadForm, PlanUploadForm
from targets.models import PlanDocument, PlanVersion
from targets.views import version_or_404

# Wide enough for small print on a large screen; the picture of a page stays under a megabyte.
PAGE_WIDTH = 1200


def own_territories(user):
    """Territories for which the person may register plans."""
    own = scope.territories(user).filter(pk__in=scope.rights(user).department)
    return own.order_by("sort_key", "-valid_from")


def document_or_404(request, pk) -> PlanDocument:
    return get_object_or_404(
        services.documents(request.user).select_related("territory", "uploaded_by"), pk=pk
    )


@audience(DEPARTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request):
    """The document is sent; what cannot become a plan is refused here and leaves nothing."""
    form = PlanUploadForm(
        *((request.POST, request.FILES) if request.method == "POST" else ()),
        territories=own_territories(request.user),
    )
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            document = services.send(
                content=file.read(),
                name=file.name,
                territory=form.cleaned_data["territory"],
                user=request.user,
            )
        except ValidationError as error:
            refuse(form, error, field="file")
        else:
            return redirect(document)
    return render(
        request,
        "targets/new.html",
        {
            "section": "plans",
            "form": form,
            "documents": services.on_their_way(request.user),
        },
    )


@audience(DEPARTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def document(request, pk):
    """One address for a document on its way: how far it is read, then its head to be checked."""
    sent = document_or_404(request, pk)
    if sent.status == PlanDocument.Status.READ:
        return _check(request, sent)
    if request.method == "POST":
        raise Http404  # a form of before it was read again
    return render(request, "targets/document.html", _progress(sent))


@audience(DEPARTMENT)
@require_GET
def progress(request, pk):
    """The part of the page that changes while the document is read."""
    return render(request, "targets/_progress.html", _progress(document_or_404(request, pk)))


def _progress(sent: PlanDocument) -> dict:
    moving = sent.status in (PlanDocument.Status.WAITING, PlanDocument.Status.READING)
    return {
        "section": "plans",
        "document": sent,
        "moving": moving,
        "stage": reading.stage(sent) if moving else None,
        "problem": reading.words(sent.problem) if sent.problem else "",
        "may_begin_again": services.may_begin_again(sent),
    }


def _check(request, sent: PlanDocument):
    try:
        read = boards.proposal(sent)
    except reading.DocumentRefused as error:
        # Read by an earlier reader of plans; what is left is to give it up.
        return render(
            request,
            "targets/document.html",
            {**_progress(sent), "problem": " ".join(error.messages)},
        )
    amended = boards.amended(sent.territory)
    form = HeadForm(
        request.POST if request.method == "POST" else None,
        initial=boards.initial(sent, read.plan, amended),
        territories=own_territories(request.user),
        numbers=boards.numbers_of_plans(request.user),
        counts_communes=read.counts_communes,
    )
    if request.method == "POST" and form.is_valid():
        try:
            version = services.register(sent, form.head(), request.user)
        except ValidationError as error:
            refuse(form, error)
        else:
            count = version.targets.count()
            messages.success(
                request,
                ngettext(
                    "%(count)s target was read. Decide on it, then publish the plan.",
                    "%(count)s targets were read. Decide on them, then publish the plan.",
                    count,
                )
                % {"count": count},
            )
            return redirect(version)
    head, asked = boards.rows(form, read.places, sent)
    return render(
        request,
        "targets/document.html",
        {
            "section": "plans",
            "territory": sent.territory,
            "document": sent,
            "form": form,
            "head": head,
            "asked": asked,
            "amended": amended,
            "read": read,
            "pieces": boards.pieces(sent, read.places),
        },
    )


def refuse(form, error: ValidationError, field: str | None = None) -> None:
    """The reasons beside their fields; a document that is there already, with a link to it."""
    if hasattr(error, "error_dict"):
        for name, errors in error.error_dict.items():
            for one in errors:
                form.add_error(name if name in form.fields else None, _linked(one))
        return
    form.add_error(field, _linked(error))


def _linked(error: ValidationError) -> ValidationError:
    if not isinstance(error, services.AlreadyThere):
        return error
    return ValidationError(
        format_html(
            '{} <a href="{}">{}</a>', error.message, error.found.get_absolute_url(), _("Open it")
        ),
        code=error.code,
    )


@audience(DEPARTMENT)
@require_POST
def again(request, pk):
    """Have a document read whose reading stopped."""
    sent = document_or_404(request, pk)
    if not services.begin_again(sent):
        messages.info(request, _("The document is being read already."))
    return redirect(sent)


@audience(DEPARTMENT)
@require_POST
def give_up(request, pk):
    """Forget a document: not wanted, refused, or the wrong one."""
    sent = document_or_404(request, pk)
    services.give_up(sent)
    messages.success(request, _("%(name)s was removed.") % {"name": sent.name})
    return redirect("targets:list")


@audience(DEPARTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def change_settings(request, pk):
    """Head and settings of a draft, after it was registered; its text stays."""
    version = version_or_404(request, pk)
    scope.require(scope.may_manage(request.user, version.plan.territory_id))
    if version.status != PlanVersion.Status.DRAFT:
        messages.info(request, _("The plan is published; its head and settings are fixed."))
        return redirect(version)
    form = HeadForm(
        request.POST if request.method == "POST" else None,
        initial=boards.of_version(version),
        counts_communes=boards.counts_communes(version),
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.change_head(version, form.head(version.plan.territory), request.user)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Head and settings were saved."))
            return redirect(version)
    head, asked = boards.rows(form)
    return render(
        request,
        "targets/settings.html",
        {
            "section": "plans",
            "territory": version.plan.territory,
            "sample": version.is_sample,
            "version": version,
            "form": form,
            "head": head,
            "asked": asked,
            "amended": chain.replaced_by(version),
        },
    )


@audience(DEPARTMENT)
@require_POST
def discard(request, pk):
    """Delete a draft that was registered by mistake."""
    version = version_or_404(request, pk)
    scope.require(scope.may_manage(request.user, version.plan.territory_id))
    try:
        services.discard(version)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(version)
    messages.success(request, _("The draft %(number)s was deleted.") % {"number": version.number})
    return redirect("targets:list")


@audience(*EVERY_ROLE)
@require_GET
@cache_control(private=True, max_age=24 * 3600, immutable=True)
def page(request, pk, number):
    """How a page of the plan's PDF looks."""
    version = version_or_404(request, pk)
    return _picture(version.source_file, version.page_starts, number)


@audience(DEPARTMENT)
@require_GET
@cache_control(private=True, max_age=24 * 3600, immutable=True)
def document_page(request, pk, number):
    """How a page of a PDF on its way looks."""
    sent = document_or_404(request, pk)
    return _picture(sent.file, sent.page_starts, number)


def _picture(file, page_starts: list[int], number: int) -> HttpResponse:
    if not file or not 1 <= number <= len(page_starts):
        raise Http404
    try:
        with file.open() as opened:
            picture = page_image(opened.read(), number, PAGE_WIDTH)
    except (FileNotFoundError, DocumentError, IndexError):
        raise Http404 from None
    return HttpResponse(picture, content_type="image/png")
