"""Which language a page speaks: Vietnamese, unless the person chose English in the menu.

Django's own middleware asks the browser first. Many an office computer in Vietnam has an English
browser, and its user would be met in the wrong language.
"""

from django.conf import settings
from django.utils import translation
from django.utils.cache import patch_vary_headers


def middleware(get_response):
    """Takes the place of LocaleMiddleware; the choice is the cookie that `set_language` writes."""

    def respond(request):
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if chosen not in dict(settings.LANGUAGES):
            chosen = settings.LANGUAGE_CODE
        translation.activate(chosen)
        request.LANGUAGE_CODE = chosen
        response = get_response(request)
        patch_vary_headers(response, ("Cookie",))
        response.headers.setdefault("Content-Language", chosen)
        return response

    return respond
