"""Work of the background worker (`manage.py db_worker`)."""

from django_tasks import task

from targets.intake import reading


@task()
def read_document(pk: int) -> None:
    """Read a sent document page by page. May run twice: the second time finds nothing to do."""
    reading.read(pk)
