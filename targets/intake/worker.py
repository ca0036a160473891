"""Keeping the background worker alive."""

import logging
import time
from collections.abc import Callable

from django.db import InterfaceError, OperationalError, connection

log = logging.getLogger(__name__)


def keep(run: Callable[[], None], pause: float = 5) -> None:
    """Run the worker until it ends by itself.

    A database that stays locked, or is started anew, ends the worker of django-tasks while it
    looks for work; that is waited out here. Any other trouble is raised.
    """
    while True:
        try:
            return run()
        except (OperationalError, InterfaceError) as error:
            log.warning("worker: %s; again in %s s", error, pause)
            connection.close()
            time.sleep(pause)
