"""Parts of addresses."""

from django.urls.converters import StringConverter


class Code(StringConverter):
    """A code as people gave it. PostgreSQL refuses text with a zero character: nothing has such
    an address."""

    regex = r"[^/\x00]+"
