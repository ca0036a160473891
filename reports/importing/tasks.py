"""Work of the background worker (`manage.py db_worker`). Each may run twice: the second time finds
nothing to do."""

from django_tasks import task


@task()
def read_territory(pk: int) -> None:
    """Read a file of a whole territory and note what it would do."""
    from reports.importing import territory_work  # which enqueues these tasks

    territory_work.read(pk)


@task()
def write_territory(pk: int) -> None:
    """Write a confirmed file of a whole territory."""
    from reports.importing import territory_work  # which enqueues these tasks

    territory_work.write(pk)
