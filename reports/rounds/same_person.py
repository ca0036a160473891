"""What one person typed is never kept in the name of who logged in after them.

Two people share an office computer: one leaves a page open, the other logs in, and the first page
is sent. Every form of the reporting pages says in `typed_by` for whom it was made.
"""

from functools import wraps

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

FIELD = "typed_by"


def typed_by_same_person(view):
    """Refuse with 409 a form that was made for another person than the one who is logged in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        made_for = request.POST.get(FIELD)
        if made_for not in (None, str(request.user.pk)):
            return refusal(request)
        return view(request, *args, **kwargs)

    return guarded


def refusal(request: HttpRequest, *, as_json: bool = False) -> HttpResponse:
    """Nothing was saved, why, and what to do: as a page, or as a message for a script."""
    if as_json or wants_json(request):
        words = _("Somebody else is logged in by now. Nothing is sent in their name.")
        return JsonResponse({"error": "user", "message": words}, status=409)
    return render(request, "reports/another_person.html", status=409)


def wants_json(request: HttpRequest) -> bool:
    return request.accepts("application/json") and not request.accepts("text/html")
