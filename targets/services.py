"""Writing plans: a person decides on the proposed targets of a draft, then it counts.

Decisions are kept apart from what was read. How a document becomes a draft: targets/intake.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from django.core import serializers
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from institutions.models import Kind, Tier, User
from targets import marking, wording
from targets.amending import chain
from targets.models import Indicator, Plan, PlanVersion, SeenSentence, Target


class PlanError(ValidationError):
    """A plan cannot be registered, decided on or published as asked; says why."""


class DecidedError(PlanError):
    """There is nothing left to decide: somebody was quicker, or the plan is published."""


class SettingsError(PlanError):
    """Head or settings of a draft have to be completed or corrected before it is published."""


# Indicators ----------------------------------------------------------------------------------


@transaction.atomic
def load_indicators(path: Path) -> int:
    """Create the indicators of a fixture that are not there yet; how many were created.

    One that exists stays as it is: its wording may have been corrected by the administrator.
    """
    known = set(Indicator.objects.values_list("code", flat=True))
    created = 0
    for row in serializers.deserialize("json", path.read_text(encoding="utf-8")):
        if row.object.code not in known:
            row.object.save()
            created += 1
    return created


# Decisions -----------------------------------------------------------------------------------

AREA_TIERS = frozenset({Tier.PROVINCE, Tier.DISTRICT, Tier.COMMUNE, Tier.VILLAGE})
# The tiers that institutions of a kind can have. Schools and communities keep libraries only.
TIERS_OF_KIND: dict[str, frozenset[str]] = {
    Kind.LIBRARY: frozenset(Tier),
    Kind.MUSEUM: (AREA_TIERS - {Tier.VILLAGE})
    | {Tier.UNIVERSITY, Tier.SPECIAL, Tier.ARMED_FORCES, Tier.COMMUNITY},
    Kind.CULTURE_CENTRE: AREA_TIERS,
}
# A plan looks ahead twenty years or so; a later year is a slip of the hand.
LAST_YEAR = 2100
HIGHEST_GROWTH = 1000
LONGEST_QUOTE = 2000


@dataclass(frozen=True, slots=True)
class Wording:
    """What a target asks for, as a person corrects or adds it."""

    indicator: Indicator
    tiers: tuple[str, ...]
    year: int
    unit: str
    minimum: Decimal
    maximum: Decimal | None = None
    period_start: int | None = None
    counts: str = Target.Counts.INSTITUTION


@transaction.atomic
def confirm_target(
    target: Target, user: User | None, *, minimum: Decimal | None = None, note: str = ""
) -> Target:
    """Decide that the target counts, as it was read or with another `minimum`.

    Another figure makes it `corrected`, and is a single one where a range was read: so it is
    offered. What was read stays in `as_read`. Raises PlanError once the plan is published or
    somebody has decided, ValidationError for an impossible figure.
    """
    current = _undecided(target)
    if minimum is not None and minimum != current.minimum:
        current.minimum, current.maximum = minimum, None
        current.basis = _basis(current)
    if errors := _impossible_figures(current):
        raise ValidationError(errors)
    return _decide(current, user, Target.State.CONFIRMED, note)


@transaction.atomic
def confirm_together(version: PlanVersion, user: User | None, ids: Iterable[int]) -> list[Target]:
    """Confirm several targets in one step: all of them or none.

    Only what the plan states clearly may be confirmed so (`Target.is_clear`). Raises PlanError
    for one that needs a decision of its own or has one, Target.DoesNotExist for one of another
    plan.
    """
    draft, wanted = _draft(version.pk), set(ids)
    targets = (
        draft.targets.select_for_update(of=("self",))
        .select_related("indicator", "decided_by")
        .order_by("position", "pk")
    )
    found = [target for target in targets if target.pk in wanted]
    if len(found) < len(wanted):
        raise Target.DoesNotExist
    for target in found:
        _require_undecided(target)
        if not target.is_clear:
            raise PlanError(
                _("%(target)s has to be decided on by itself. Nothing was confirmed.")
                % {"target": named(target)}
            )
    return [_decide(target, user, Target.State.CONFIRMED, "") for target in found]


@transaction.atomic
def correct_target(target: Target, user: User | None, words: Wording, *, note: str = "") -> Target:
    """Decide that the target counts as a person words it; what was read stays in `as_read`.

    Raises PlanError as `confirm_target` does, ValidationError by field for what cannot be.
    """
    current = _undecided(target)
    _word(current, words)
    current.basis = _basis(current)
    return _decide(current, user, Target.State.CONFIRMED, note)


@transaction.atomic
def reject_target(target: Target, user: User | None, *, note: str = "") -> Target:
    """Decide that the sentence is no target of the plan. It stays, and stays readable."""
    return _decide(_undecided(target), user, Target.State.REJECTED, note)


@transaction.atomic
def reopen_target(target: Target, user: User | None) -> Target:
    """Take a decision back while the plan is a draft: the target waits again, as it was read.

    One that a person added has nothing that was read and waits as it was added. The decision
    taken back stays in the history.
    """
    current = _held(target)
    if current.state == Target.State.PROPOSED:
        raise PlanError(_("This target is waiting for a decision already."))
    _restore(current)
    current.state = Target.State.PROPOSED
    current.decided_by = current.decided_at = None
    current.decision_note = ""
    _check(current)
    _save(current, user)
    return current


@transaction.atomic
def add_target(
    version: PlanVersion,
    user: User | None,
    words: Wording,
    *,
    start: int,
    end: int,
    note: str = "",
) -> Target:
    """A target that the reading missed: version.text[start:end] is its quote.

    Who adds it has decided on it. It gets the next number, so that no other one changes.
    """
    current = _draft(version.pk)
    try:
        start, end = marking.trimmed(current.text, start, end)
    except ValueError:
        raise PlanError(_("The words marked do not stand in the text.")) from None
    if end - start > LONGEST_QUOTE:
        raise PlanError(
            _("Mark only the words of the target: at most %(count)s characters.")
            % {"count": LONGEST_QUOTE}
        )
    sentence_start, sentence_end = sentence_of(current, start, end)
    last = current.targets.aggregate(last=Max("position"))["last"] or 0
    target = Target(
        version=current,
        position=last + 1,
        basis=Target.Basis.ADDED,
        quote=current.text[start:end],
        quote_start=start,
        quote_end=end,
        sentence_start=sentence_start,
        sentence_end=sentence_end,
    )
    _word(target, words)
    return _decide(target, user, Target.State.CONFIRMED, note)


@transaction.atomic
def see_sentence(version: PlanVersion, user: User, number: int) -> SeenSentence:
    """Note that the person has seen an unread sentence of a draft to be no target.

    Who saw it first stays. Raises PlanError once the plan is published, IndexError for a sentence
    that there is not.
    """
    current = _draft(version.pk)
    if not 1 <= number <= len(current.unread):
        raise IndexError(number)
    seen, _created = current.seen.get_or_create(
        number=number, defaults={"seen_by": user, "seen_at": timezone.now()}
    )
    return seen


@transaction.atomic
def forget_sentence(version: PlanVersion, number: int) -> None:
    """Have an unread sentence of a draft asked about again."""
    _draft(version.pk).seen.filter(number=number).delete()


def sentence_of(version: PlanVersion, start: int, end: int) -> tuple[int, int]:
    """The sentence around marked words: that of an unread one, or as the text is punctuated."""
    for sentence in version.unread:
        if sentence["start"] <= start and end <= sentence["end"]:
            return sentence["start"], sentence["end"]
    return marking.sentence_around(version.text, start, end)


def places_of(version: PlanVersion, words: str) -> list[tuple[int, int]]:
    """Where words that a person pasted stand in the text; spaces and line ends count alike."""
    return marking.places(version.text, unicodedata.normalize("NFC", words))


def named(target: Target) -> str:
    """A target in a message: number, whom it concerns, year."""
    return _("Target %(number)s (%(group)s, %(year)s)") % {
        "number": target.position,
        "group": wording.group(target),
        "year": target.year,
    }


def _draft(pk: int) -> PlanVersion:
    """The draft, held until the end of the transaction: decisions and publishing wait in line."""
    held = PlanVersion.objects.select_for_update(of=("self",)).defer("text")
    version = held.filter(pk=pk).first()
    if version is None:
        raise DecidedError(_("The draft was deleted meanwhile."))
    _require_draft(version)
    return version


def _require_draft(version: PlanVersion) -> None:
    if version.status != PlanVersion.Status.DRAFT:
        raise DecidedError(_("The plan is published; its targets are fixed."))


def require_undecided(version: PlanVersion, target: Target) -> None:
    """Raise DecidedError, naming who and when, unless the target of a draft waits."""
    _require_draft(version)
    _require_undecided(target)


def _held(target: Target) -> Target:
    """The target of a draft as it stands now, held until the end of the transaction."""
    return (
        _draft(target.version_id)
        .targets.select_for_update(of=("self",))
        .select_related("indicator", "decided_by")
        .get(pk=target.pk)
    )


def _undecided(target: Target) -> Target:
    current = _held(target)
    _require_undecided(current)
    return current


def _require_undecided(target: Target) -> None:
    if target.state == Target.State.PROPOSED:
        return
    raise DecidedError(
        _("%(target)s: %(who)s decided at %(when)s: %(decision)s. Nothing was changed.")
        % {
            "target": named(target),
            "who": target.decided_by or _("the system"),
            "when": date_format(timezone.localtime(target.decided_at), "SHORT_DATETIME_FORMAT"),
            "decision": wording.decision(target),
        }
    )


def _word(target: Target, words: Wording) -> None:
    target.indicator = words.indicator
    target.tiers = tuple(sorted(set(words.tiers)))
    target.period_start, target.year = words.period_start, words.year
    target.unit, target.counts = words.unit, words.counts
    if words.unit == Target.Unit.MILESTONE:
        target.minimum, target.maximum = Decimal(100), None
    else:
        target.minimum, target.maximum = words.minimum, words.maximum
    if target.maximum == target.minimum:
        target.maximum = None
    _check_words(target)


def _check_words(target: Target) -> None:
    """What no plan can ask for, all of it at once, by field; raises ValidationError."""
    errors: dict[str, str] = {}
    baseline = target.version.baseline_year
    if not baseline < target.year <= LAST_YEAR:
        errors["year"] = _("A target year lies between %(first)s and %(last)s.") % {
            "first": baseline + 1,
            "last": LAST_YEAR,
        }
    if target.period_start is not None and not baseline <= target.period_start <= target.year:
        errors["period_start"] = _(
            "A period starts between %(first)s and the target year, %(last)s."
        ) % {"first": baseline, "last": target.year}
    if foreign := set(target.tiers) - TIERS_OF_KIND[target.indicator.kind]:
        labels = [str(tier.label) for tier in Tier if tier in foreign]
        errors["tiers"] = _("“%(indicator)s” knows no such tier: %(tiers)s.") % {
            "indicator": target.indicator.label,
            "tiers": ", ".join(labels),
        }
    is_rate = target.unit == Target.Unit.PERCENT_PER_YEAR
    if target.indicator.is_growth and not is_rate:
        errors["unit"] = _("This content measures growth: its unit is per cent a year.")
    elif is_rate and not target.indicator.is_growth:
        errors["unit"] = _("Only growth is measured in per cent a year.")
    if target.counts == Target.Counts.COMMUNE and is_rate:
        errors["counts"] = _("Communes are counted with yes and no; growth is of institutions.")
    if errors := errors | _impossible_figures(target):
        raise ValidationError(errors)


def _impossible_figures(target: Target) -> dict[str, str]:
    errors: dict[str, str] = {}
    is_rate = target.unit == Target.Unit.PERCENT_PER_YEAR
    highest = HIGHEST_GROWTH if is_rate else 100
    for name in ("minimum", "maximum"):
        figure = getattr(target, name)
        if figure is not None and not 0 <= figure <= highest:
            errors[name] = (
                _("A rate of growth lies between 0 and %(highest)s.") % {"highest": highest}
                if is_rate
                else _("A share lies between 0 and 100.")
            )
    if target.maximum is not None and target.maximum < target.minimum:
        errors["maximum"] = _("The highest figure is lower than the lowest.")
    return errors


def _check(target: Target) -> None:
    """What the database demands, in words; raises ValidationError."""
    if target.state != Target.State.REJECTED:
        twin = (
            target.version.targets.exclude(state=Target.State.REJECTED)
            .exclude(pk=target.pk)
            .filter(
                indicator=target.indicator,
                tiers=target.tiers,
                year=target.year,
                counts=target.counts,
            )
            .first()
        )
        if twin is not None:
            raise PlanError(
                {
                    NON_FIELD_ERRORS: _(
                        "The plan has this target already: number %(number)s, %(figure)s. "
                        "Correct or reject that one first."
                    )
                    % {"number": twin.position, "figure": wording.figure(twin)}
                }
            )
    target.full_clean(exclude=["version", "indicator", "as_read", "alternatives"])


def _restore(target: Target) -> None:
    """What the target asks for as it was read; fields that were not kept stay."""
    read = target.as_read
    if not read:
        return
    if read.get("indicator", target.indicator.code) != target.indicator.code:
        target.indicator = Indicator.objects.get(code=read["indicator"])
    target.tiers = tuple(read.get("tiers", target.tiers))
    target.period_start = read.get("period_start", target.period_start)
    target.year = read.get("year", target.year)
    target.unit = read.get("unit", target.unit)
    target.counts = read.get("counts", target.counts)
    if "min" in read:
        target.minimum = Decimal(read["min"])
        target.maximum = None if read.get("max") is None else Decimal(read["max"])
    if target.basis == Target.Basis.CORRECTED:
        target.basis = read.get("basis", Target.Basis.STATED)


def _basis(target: Target) -> str:
    """Corrected only if it differs from what was read; added by hand stays so."""
    if target.basis == Target.Basis.ADDED:
        return target.basis
    if wording.corrections(target):
        return Target.Basis.CORRECTED
    return target.as_read.get("basis", target.basis)


def _decide(target: Target, user: User | None, state: str, note: str) -> Target:
    target.state = state
    target.decided_by, target.decided_at = user, timezone.now()
    target.decision_note = note
    _check(target)
    _save(target, user)
    return target


def _save(target: Target, user: User | None) -> None:
    target._history_user = user
    target.save()


# Publishing ----------------------------------------------------------------------------------


@transaction.atomic
def publish(version: PlanVersion, user: User | None) -> PlanVersion:
    """Let a plan count. Refused while a target waits for a decision, or if none was confirmed.

    Also if a setting on which a confirmed target rests was not asked or cannot be.
    """
    # One version of a plan after the other, and not while it is deleted or its head corrected.
    Plan.objects.select_for_update().filter(pk=version.plan_id).first()
    current = PlanVersion.objects.select_for_update(of=("self",)).filter(pk=version.pk).first()
    if current is None:
        raise DecidedError(_("The draft was deleted meanwhile."))
    if current.status == PlanVersion.Status.PUBLISHED:
        raise PlanError(_("The plan is published already."))
    if waiting := current.targets.waiting().count():
        raise PlanError(
            ngettext(
                "%(count)d target still waits for a decision.",
                "%(count)d targets still wait for a decision.",
                waiting,
            )
            % {"count": waiting}
        )
    confirmed = list(current.targets.confirmed().select_related("indicator"))
    if not confirmed:
        raise PlanError(_("No target of the plan is confirmed."))
    _require_settings(current, confirmed)
    current.status = PlanVersion.Status.PUBLISHED
    current.published_by, current.published_at = user, timezone.now()
    current._history_user = user
    current.save()
    return current


def _require_settings(version: PlanVersion, confirmed: list[Target]) -> None:
    """Raise SettingsError unless head and settings allow what was confirmed to be computed."""
    if version.asks_which_communes(confirmed):
        raise SettingsError(
            _("The plan counts communes: first say whether wards and townships belong to them.")
        )
    for target in confirmed:
        if target.indicator.is_growth and target.year <= version.baseline_year:
            raise SettingsError(
                _("%(target)s: growth is counted from %(baseline)s, which is not before its year.")
                % {"target": named(target), "baseline": version.baseline_year}
            )
    if problem := chain.disorder(
        version.plan, version.issued_on, version.in_force_from, but=version
    ):
        raise SettingsError(problem)
