"""Parts of zipped workbooks, event by event: the tree of a sheet would take forty times its text.

PURE: no Django. Documents with a DTD are refused: workbooks have none, attacks by entities do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from xml.parsers import expat

from institutions.sheets.book import FileProblem, UnreadableFile

Start = Callable[[str, dict[str, str]], None]


class Stop(Exception):
    """Raised by a handler that has seen enough."""


def parse(
    chunks: Iterable[bytes],
    start: Start,
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Call `start`, `end` and `text` with local names (no prefixes). UnreadableFile if torn."""
    for _event in parse_slowly(chunks, start, end, text):
        pass


def parse_slowly(
    chunks: Iterable[bytes],
    start: Start,
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
):
    """The same as a generator that pauses after each chunk, so that rows can be taken from it."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = 64 * 1024
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = start
    if end:
        parser.EndElementHandler = end
    if text:
        parser.CharacterDataHandler = text
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
            yield
        parser.Parse(b"", True)
        yield
    except Stop:
        yield
    except (expat.ExpatError, UnicodeError, LookupError):
        raise UnreadableFile(FileProblem.DAMAGED) from None
    finally:
        # Handlers point back at their owner; let go of them now, not at the next collection.
        parser.StartElementHandler = parser.EndElementHandler = None
        parser.CharacterDataHandler = parser.StartDoctypeDeclHandler = None


def _refuse(*_declaration) -> None:
    raise UnreadableFile(FileProblem.DAMAGED, "DTD")


def local(name: str) -> str:
    """The name of an element or attribute without its prefix."""
    return name.rpartition(":")[2]
