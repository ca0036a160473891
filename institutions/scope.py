"""Who sees and who does what (design section 9). The only module that decides it.

Two layers. Every address declares its *audience*: which roles may come at all; others get 403.
Then the rows: what a person may not see answers 404, what they may see but not do answers 403.
Models of later apps are never imported here: callers hand in the column path.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404
from django.urls import URLPattern
from django.utils import timezone

from institutions.models import AdministrativeUnit, Membership, ReportingUnit, Succession, User


class Audience(StrEnum):
    """Who may open an address at all."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    REPORTER = "reporter"
    DEPARTMENT = "department"
    LEADER = "leader"
    ADMINISTRATOR = "administrator"


PUBLIC, SIGNED_IN = Audience.PUBLIC, Audience.SIGNED_IN
REPORTER, DEPARTMENT = Audience.REPORTER, Audience.DEPARTMENT
LEADER, ADMINISTRATOR = Audience.LEADER, Audience.ADMINISTRATOR
EVERY_ROLE = (REPORTER, DEPARTMENT, LEADER, ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Rights:
    """What one person may do today, as sets of ids. Territories include their predecessors."""

    is_administrator: bool = False
    is_national: bool = False
    department: frozenset[int] = frozenset()
    leader: frozenset[int] = frozenset()
    reporter: frozenset[int] = frozenset()
    # Reporting units whose figures the person enters.
    own_units: frozenset[int] = frozenset()
    # The same and the units that these came from: their past may be read.
    readable_units: frozenset[int] = frozenset()

    @property
    def sees_every_territory(self) -> bool:
        return self.is_administrator or self.is_national

    @property
    def territories(self) -> frozenset[int]:
        return self.department | self.leader | self.reporter

    @property
    def roles(self) -> frozenset[Audience]:
        held = {SIGNED_IN}
        if self.is_administrator:
            held.add(ADMINISTRATOR)
        if self.department:
            held.add(DEPARTMENT)
        if self.leader or self.is_national:
            held.add(LEADER)
        if self.reporter:
            held.add(REPORTER)
        return frozenset(held)


def with_predecessors(territory_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """For each territory itself and all that went into it, over any number of reforms."""
    # Every province-level succession there is (63 for the reform of 2025), in one query.
    origins: dict[int, set[int]] = {}
    for successor, predecessor in Succession.objects.filter(
        predecessor__level=AdministrativeUnit.Level.PROVINCE
    ).values_list("successor_id", "predecessor_id"):
        origins.setdefault(successor, set()).add(predecessor)
    reach = {}
    for pk in territory_ids:
        reached, frontier = {pk}, {pk}
        while frontier:
            frontier = set().union(*(origins.get(f, ()) for f in frontier)) - reached
            reached |= frontier
        reach[pk] = frozenset(reached)
    return reach


def rights(user: User | AnonymousUser) -> Rights:
    """The rights of `user` today, read once per request."""
    if not user.is_authenticated or not user.is_active:
        return Rights()
    if (known := getattr(user, "_rights", None)) is not None:
        return known
    user._rights = _read_rights(user)
    return user._rights


def _read_rights(user: User) -> Rights:
    if user.is_superuser:
        return Rights(is_administrator=True)
    members = list(user.memberships.valid_on(timezone.localdate()))
    by_role: dict[str, set[int]] = {role: set() for role in Membership.Role.values}
    reach = with_predecessors({m.territory_id for m in members if m.territory_id})
    for member in members:
        by_role[member.role] |= reach.get(member.territory_id, frozenset())
    own = frozenset(m.reporting_unit_id for m in members if m.reporting_unit_id)
    return Rights(
        is_national=any(
            m.role == Membership.Role.LEADER and m.territory_id is None for m in members
        ),
        department=frozenset(by_role[Membership.Role.DEPARTMENT]),
        leader=frozenset(by_role[Membership.Role.LEADER]),
        reporter=frozenset(by_role[Membership.Role.REPORTER]),
        own_units=own,
        readable_units=own | _former_units(own),
    )


def _former_units(unit_ids: frozenset[int]) -> frozenset[int]:
    found: set[int] = set()
    frontier = set(unit_ids)
    while frontier:
        frontier = (
            set(ReportingUnit.objects.filter(successors__in=frontier).values_list("pk", flat=True))
            - found
        )
        found |= frontier
    return frozenset(found)


# Rows --------------------------------------------------------------------------------------


def limit(queryset: QuerySet, user, territory: str = "territory") -> QuerySet:
    """The rows whose territory (column path `territory`) the user may see."""
    held = rights(user)
    if held.sees_every_territory:
        return queryset
    return queryset.filter(**{f"{territory}__in": held.territories})


def territories(user) -> QuerySet[AdministrativeUnit]:
    """Provinces whose dashboards and approved values the user may see."""
    provinces = AdministrativeUnit.objects.filter(level=AdministrativeUnit.Level.PROVINCE)
    return limit(provinces, user, "pk")


def territory_or_404(user, slug: str) -> AdministrativeUnit:
    territory = territories(user).filter(slug=slug).first()
    if territory is None:
        raise Http404
    return territory


def may_see(user, territory_id: int) -> bool:
    """Dashboards and approved values of a territory."""
    held = rights(user)
    return held.sees_every_territory or territory_id in held.territories


def sees_only(user, territory_id: int) -> bool:
    """Whether this territory is the only one in sight."""
    held = rights(user)
    return not held.sees_every_territory and held.territories == {territory_id}


def limit_to_overseen(queryset: QuerySet, user, *, territory: str, unit: str) -> QuerySet:
    """The rows about single units' reports that the user may open.

    A unit's own, and for the Department and the leadership all of the territory. What another
    unit approved shows on its dashboard page; its report is not the colleague's business.
    """
    held = rights(user)
    if held.sees_every_territory:
        return queryset
    return queryset.filter(
        Q(**{f"{territory}__in": held.department | held.leader})
        | Q(**{f"{unit}__in": held.readable_units})
    )


def may_see_drafts(user, *, territory_id: int, unit_id: int) -> bool:
    held = rights(user)
    return (
        held.is_administrator or territory_id in held.department or unit_id in held.readable_units
    )


def limit_to_drafts(queryset: QuerySet, user, *, territory: str, unit: str) -> QuerySet:
    """The rows of which `may_see_drafts` is true."""
    held = rights(user)
    if held.is_administrator:
        return queryset
    return queryset.filter(
        Q(**{f"{territory}__in": held.department}) | Q(**{f"{unit}__in": held.readable_units})
    )


def may_enter(user, *, territory_id: int, unit_id: int) -> bool:
    """Enter, import and submit: the unit itself, or the Department for it."""
    held = rights(user)
    return territory_id in held.department or unit_id in held.own_units


def may_manage(user, territory_id: int) -> bool:
    """Approve, return, close; register and confirm plans: the Department of the territory."""
    return territory_id in rights(user).department


def may_see_history(user, territory_id: int) -> bool:
    """Who changed what, and what is not yet published: the Department and the administrator."""
    held = rights(user)
    return held.is_administrator or territory_id in held.department


def limit_published(queryset: QuerySet, user, *, territory: str, published: Q) -> QuerySet:
    """The rows in sight that are published; with them the drafts of those who work on them."""
    queryset = limit(queryset, user, territory)
    held = rights(user)
    if held.is_administrator:
        return queryset
    return queryset.filter(published | Q(**{f"{territory}__in": held.department}))


def require(allowed: bool) -> None:
    """Refuse with 403 what the user may see but not do."""
    if not allowed:
        raise PermissionDenied


# Addresses ---------------------------------------------------------------------------------


def audience(*who: Audience) -> Callable:
    """Declare on a view which roles may open it. Everybody else who is signed in gets 403."""

    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not ({PUBLIC, SIGNED_IN} & set(who)) and not (rights(request.user).roles & set(who)):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.audience = frozenset(who)
        return login_not_required(guarded) if PUBLIC in who else guarded

    return decorate


def declare(urlconf, *who: Audience):
    """Declare the audience of addresses whose views are not ours (log-in, admin)."""
    patterns = urlconf[0] if isinstance(urlconf, tuple) else urlconf
    patterns = getattr(patterns, "urlpatterns", patterns)
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.audience = frozenset(who)
        else:
            declare(pattern.url_patterns, *who)
    return urlconf


class LazyRights:
    """Rights that are read on first use, so that an error page needs no database."""

    def __init__(self, request):
        self._request = request

    def __getattr__(self, name):
        return getattr(rights(self._request.user), name)


def context(request) -> dict:
    """For every template: the rights of the person, read only when a template asks."""
    return {"rights": LazyRights(request)}
