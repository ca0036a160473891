"""A plan's file as text: .txt, .docx, .pdf, scans. No Django."""

from .model import Document, DocumentError, DocumentProblem, Format, Inspection, Limits
from .reading import inspect, page_image, read_document

__all__ = [
    "Document",
    "DocumentError",
    "DocumentProblem",
    "Format",
    "Inspection",
    "Limits",
    "inspect",
    "page_image",
    "read_document",
]
