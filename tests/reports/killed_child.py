"""A process that forks one child for each line it reads, and kills it after a while.

Lines are "SECONDS apply PK FINGERPRINT", "SECONDS write PK" or "SECONDS undo PK"; the child is not
killed after 0 seconds. The answer is how it ended. Starting Django takes a second, forking a
process that has done so nothing.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

import django
from django.db import connections


def do(step: str, pk: str, *rest: str) -> None:
    from reports.importing import apply, territory_work, undo  # only once Django is set up
    from reports.models import ImportBatch

    if step == "apply":
        apply.apply(ImportBatch.objects.get(pk=pk), None, fingerprint=rest[0])
    elif step == "write":
        territory_work.write(int(pk))
    else:
        undo.undo(ImportBatch.objects.get(pk=pk), None)


def child(line: str) -> None:
    try:
        do(*line.split())
    except BaseException as error:
        sys.stderr.write(f"{error!r}\n")
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    os.environ["DJANGO_SETTINGS_MODULE"] = "lifelong_learning.settings"
    django.setup()
    connections.settings["default"].update(json.loads(os.environ["CHILD_DATABASE"]))
    for line in sys.stdin:
        seconds, what = line.split(maxsplit=1)
        if (pid := os.fork()) == 0:
            child(what)
        if float(seconds):
            time.sleep(float(seconds))
            # One that has ended is still there until it is waited for.
            os.kill(pid, signal.SIGKILL)
        sys.stdout.write(f"{os.waitpid(pid, 0)[1]}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
