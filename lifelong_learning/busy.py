"""A database that is busy is no error of ours: the page says so, and when to try again."""

import logging

from django.db import OperationalError
from django.shortcuts import render

RETRY_AFTER = 5
# PostgreSQL: serialization failure, deadlock, lock not available, too many connections.
_BUSY = frozenset({"40001", "40P01", "55P03", "53300"})

log = logging.getLogger(__name__)


def is_busy(error: Exception) -> bool:
    """Whether the same request can succeed a little later. SQLite tells it in words only."""
    if not isinstance(error, OperationalError):
        return False
    code = getattr(error.__cause__, "pgcode", None)
    return code in _BUSY or "is locked" in str(error)


class Middleware:
    """Answers 503 with Retry-After where a writer waited in vain; nothing was written then."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not is_busy(exception):
            return None
        log.warning("busy: %s %s", request.method, request.path)
        response = render(None, "503.html", status=503)
        response["Retry-After"] = str(RETRY_AFTER)
        return response
