"""Codes of the plan reader in words for the screen."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from targets.documents import DocumentProblem
from targets.parsing import ReviewReason, UnreadReason

REVIEW: dict[str, Promise] = {
    ReviewReason.NO_FIGURE: _("The plan writes no figure for this group; 100 is an inference."),
    ReviewReason.SHARED_FIGURE: _("A figure beside it may hold for this group too."),
    ReviewReason.COUNTS_COMMUNES: _("The plan counts communes here, not institutions."),
    ReviewReason.COUNTS_AREAS: _("The plan counts administrative units here, not institutions."),
    ReviewReason.FIGURE_UNCLEAR: _("The figure is not clearly legible."),
    ReviewReason.FIGURE_IN_WORDS: _("The figure is written in words."),
    ReviewReason.FIGURE_OUT_OF_RANGE: _("The figure is not between 0 and 100."),
    ReviewReason.BINDING_UNCLEAR: _("It is not certain which group the figure belongs to."),
    ReviewReason.YEAR_UNCLEAR: _("It is not certain which year is meant."),
    ReviewReason.YEAR_FROM_CONTEXT: _("The year stands in an earlier sentence."),
    ReviewReason.SEVERAL_YEARS: _("One figure is written for several years."),
    ReviewReason.TIER_UNCLEAR: _("The tier is not clearly legible."),
    ReviewReason.UNFAMILIAR_WORDS: _("The group is described with words that are not known."),
    ReviewReason.SUBJECT_FROM_CONTEXT: _("What is measured stands in another sentence."),
    ReviewReason.SUBJECT_UNCLEAR: _("What is measured is not clearly legible."),
    ReviewReason.SEVERAL_SUBJECTS: _("The sentence names several things to measure."),
    ReviewReason.NARROWER: _("The plan words the content narrower than the indicator."),
    ReviewReason.LIST_BY_POSITION: _("The figure was matched to its group by position only."),
    ReviewReason.PERIOD_UNCLEAR: _("The text does not say that the rate is per year."),
    ReviewReason.TABLE_UNCLEAR: _("The header of the table leaves room for doubt."),
    ReviewReason.CONFLICT: _("The plan gives two figures for the same target."),
}

UNREAD: dict[str, Promise] = {
    UnreadReason.PEOPLE: _("The figure is about people, not institutions."),
    UnreadReason.MONEY: _("The figure is about money."),
    UnreadReason.NOT_A_PERCENTAGE: _("The figure is not a percentage."),
    UnreadReason.NO_FIGURE: _("It looks like a target, but no figure could be read."),
    UnreadReason.FIGURE_UNREADABLE: _("Something like a figure stands here that is not legible."),
    UnreadReason.VAGUE: _("The plan says “most” or the like, without a figure."),
    UnreadReason.UPPER_BOUND: _("The figure is an upper bound."),
    UnreadReason.CHANGE: _("The figure is a change, not a level to reach."),
    UnreadReason.PAST: _("The figure says where things stand, not what to reach."),
    UnreadReason.ELSEWHERE: _("The figure is a national one, not of this plan."),
    UnreadReason.UNKNOWN_SUBJECT: _("No known indicator is named."),
    UnreadReason.UNKNOWN_GROUP: _("It is not clear which institutions the figure is about."),
    UnreadReason.LIST_LENGTH: _("The list has another number of figures than of groups."),
    UnreadReason.NO_YEAR: _("No year is named."),
    UnreadReason.YEAR_UNREADABLE: _("The year is not legible."),
    UnreadReason.TABLE: _("It is not certain what the rows and columns of the table stand for."),
    UnreadReason.OUTSIDE: _("It stands outside the section of objectives as far as that was read."),
}

DOCUMENT: dict[str, Promise] = {
    DocumentProblem.EMPTY: _("The file is empty."),
    DocumentProblem.BINARY: _("The file holds no text. Upload the plan as .docx, .pdf or .txt."),
    DocumentProblem.FORMAT: _(
        "Files of this kind are not read. Save the plan as .docx or .pdf and upload that."
    ),
    DocumentProblem.ENCODING: _(
        "It is not certain which encoding the letters are in. Save the file as .docx or as text in "
        "UTF-8 and upload that."
    ),
    DocumentProblem.TOO_LARGE: _(
        "The file or something in it is too large. Upload the plan alone, without large pictures."
    ),
    DocumentProblem.TOO_MANY_PAGES: _(
        "The file has too many pages. Upload only the pages of the plan."
    ),
    DocumentProblem.ENCRYPTED: _(
        "The file is locked with a password. Save it without one and upload that."
    ),
    DocumentProblem.DAMAGED: _(
        "The file is damaged or is not what its name says. Open it, save it again as .docx or "
        ".pdf and upload that."
    ),
    DocumentProblem.PICTURE: _(
        "A photo is not read. Scan all pages of the plan into one PDF, at 200 dpi or more, and "
        "upload that."
    ),
    DocumentProblem.OLD_WORD: _(
        "Word files of the old kind (.doc) are not read. Open it in Word, save it as .docx and "
        "upload that."
    ),
    DocumentProblem.NO_OCR: _(
        "The file is a scan, and recognition is not installed on the server. Ask its administrator "
        "to install tesseract-ocr and tesseract-ocr-vie, or upload the plan as .docx."
    ),
    DocumentProblem.NO_TEXT: _(
        "No text was found in the file. Upload the plan as .docx or scan it again, more clearly."
    ),
}


def review(code: str) -> Promise | str:
    """What to look at, in words; an unknown code of an older reading stays as it is."""
    return REVIEW.get(code, code)


def unread(code: str) -> Promise | str:
    """Why a sentence was not read, in words."""
    return UNREAD.get(code, code)


def document(code: str) -> Promise | str:
    """Why a file was refused, in words."""
    return DOCUMENT.get(code, code)
