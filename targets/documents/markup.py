"""Office XML by local names: both name spaces of the format (transitional, strict) read alike."""

from collections.abc import Iterator

from lxml import etree


def local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in element if local(child) == name)


def child(element: etree._Element | None, name: str) -> etree._Element | None:
    return None if element is None else next(children(element, name), None)


def attribute(element: etree._Element, name: str) -> str | None:
    return next(
        (value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), None
    )


def value(element: etree._Element | None) -> str | None:
    return None if element is None else attribute(element, "val")


def is_on(element: etree._Element | None) -> bool:
    """A switch such as <w:vanish/>: on if it is there and does not say otherwise."""
    return element is not None and value(element) not in ("0", "false", "none", "off")
