"""Writing plans: a person decides on the proposed targets of a draft, then it counts.

Decisions are kept apart from what was read. How a document becomes a draft: targets/intake.
"""

from decimal import Decimal
from pathlib import Path

from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from institutions.models import User
from targets.models import Indicator, Plan, PlanVersion, Target


class PlanError(ValidationError):
    """A plan cannot be registered, decided on or published as asked; says why."""


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


@transaction.atomic
def confirm_target(
    target: Target, user: User | None, *, minimum: Decimal | None = None, note: str = ""
) -> Target:
    """Decide that the target counts, as it was read or with another `minimum`.

    Another figure makes it `corrected`; what was read stays in `as_read`. Raises PlanError once
    the plan is published, ValidationError for a figure that cannot be one.
    """
    current = _undecided(target)
    if minimum is not None and minimum != current.minimum:
        current.minimum = minimum
        current.basis = Target.Basis.CORRECTED
        if current.maximum is not None and current.maximum < minimum:
            current.maximum = None
    return _decide(current, user, Target.State.CONFIRMED, note)


@transaction.atomic
def reject_target(target: Target, user: User | None, *, note: str = "") -> Target:
    """Decide that the sentence is no target of the plan. It stays, and stays readable."""
    return _decide(_undecided(target), user, Target.State.REJECTED, note)


def _undecided(target: Target) -> Target:
    """The target as it stands now, held until the end of the transaction."""
    current = (
        Target.objects.select_for_update(of=("self",))
        .select_related("version", "indicator")
        .get(pk=target.pk)
    )
    if current.version.status != PlanVersion.Status.DRAFT:
        raise PlanError(_("The plan is published; its targets are fixed."))
    if current.state != Target.State.PROPOSED:
        raise PlanError(_("Somebody has decided on this target already."))
    return current


def _decide(target: Target, user: User | None, state: str, note: str) -> Target:
    target.state = state
    target.decided_by, target.decided_at = user, timezone.now()
    target.decision_note = note
    target.full_clean(exclude=["version", "indicator", "as_read"])
    target._history_user = user
    target.save()
    return target


@transaction.atomic
def publish(version: PlanVersion, user: User | None) -> PlanVersion:
    """Let a plan count. Refused while a target waits for a decision, or if none was confirmed.

    It supersedes the version in force when it takes effect, if there is one.
    """
    # One version of a plan after the other: two at once would supersede the same one.
    Plan.objects.select_for_update().get(pk=version.plan_id)
    current = PlanVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
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
    if not current.targets.confirmed().exists():
        raise PlanError(_("No target of the plan is confirmed."))
    if current.supersedes is None:
        current.supersedes = (
            current.plan.versions.in_force_on(current.in_force_from)
            .filter(superseded_by=None)
            .first()
        )
    current.status = PlanVersion.Status.PUBLISHED
    current.published_by, current.published_at = user, timezone.now()
    current._history_user = user
    current.save()
    return current
