"""Rights by role, by date and along successions (design section 9)."""

import csv
import datetime

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.urls import URLPattern, get_resolver

from institutions import scope
from institutions.models import RESERVED_SLUGS, AdministrativeUnit, Placement, User
from institutions.names import slug
from tests import factories


def fresh(user):
    """The person on the next request: rights are read once per request."""
    return User.objects.get(pk=user.pk)


# Roles -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "roles"),
    [
        ("staff", {"signed_in", "department"}),
        ("reporter", {"signed_in", "reporter"}),
        ("leader", {"signed_in", "leader"}),
        ("national_leader", {"signed_in", "leader"}),
        ("administrator", {"signed_in", "administrator"}),
    ],
)
def test_roles_follow_the_membership(person, roles, request):
    assert scope.rights(request.getfixturevalue(person)).roles == roles


@pytest.mark.parametrize(
    ("person", "drafts", "enter", "manage", "history"),
    [
        # Reporter of 981 about unit 981; the rows below about the same unit.
        ("reporter", True, True, False, False),
        ("other_reporter", False, False, False, False),
        ("staff", True, True, True, True),
        ("leader", False, False, False, False),
        ("national_leader", False, False, False, False),
        ("administrator", True, False, False, True),
        ("outsider", False, False, False, False),
    ],
)
def test_rights_over_a_unit_follow_the_role(
    person, drafts, enter, manage, history, territory, units, request
):
    user = request.getfixturevalue(person)
    about = {"territory_id": territory.pk, "unit_id": units["981"].pk}
    assert scope.may_see_drafts(user, **about) is drafts
    assert scope.may_enter(user, **about) is enter
    assert scope.may_manage(user, territory.pk) is manage
    assert scope.may_see_history(user, territory.pk) is history


@pytest.mark.parametrize(
    ("person", "slugs"),
    [
        ("staff", ["hong-lam"]),
        ("reporter", ["hong-lam"]),
        ("leader", ["hong-lam"]),
        ("outsider", ["thanh-son"]),
        ("national_leader", ["hong-lam", "thanh-son"]),
        ("administrator", ["hong-lam", "thanh-son"]),
    ],
)
def test_territories_in_sight_follow_the_membership(
    person, slugs, territory, other_territory, request
):
    found = scope.territories(request.getfixturevalue(person)).order_by("slug")
    assert [unit.slug for unit in found] == slugs


def test_nobody_sees_nothing_without_a_role(territory):
    for user in (AnonymousUser(), factories.UserFactory()):
        assert not scope.territories(user).exists()
        assert not scope.may_see(user, territory.pk)


def test_inactive_people_have_no_rights(staff, territory):
    staff.is_active = False
    assert scope.rights(staff) == scope.Rights()


def test_two_memberships_add_up(staff, territory, other_territory):
    factories.MembershipFactory(user=staff, role="leader", territory=other_territory)
    user = fresh(staff)
    assert scope.may_manage(user, territory.pk)
    assert not scope.may_manage(user, other_territory.pk)
    assert scope.may_see(user, other_territory.pk)


# Dates -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "sees"),
    [
        ("2025-01-01", None, True),
        ("2025-11-10", "2025-11-11", True),
        ("2025-11-11", None, False),
        ("2025-01-01", "2025-11-10", False),
    ],
)
def test_membership_counts_only_while_it_is_valid(valid_from, valid_to, sees, territory, clock):
    clock("2025-11-10")
    membership = factories.MembershipFactory(
        territory=territory,
        valid_from=datetime.date.fromisoformat(valid_from),
        valid_to=valid_to and datetime.date.fromisoformat(valid_to),
    )
    assert scope.may_see(membership.user, territory.pk) is sees


def test_day_of_a_membership_is_that_of_vietnam(territory):
    """At 23:30 UTC it is already the next morning in Vietnam."""
    membership = factories.MembershipFactory(
        territory=territory, valid_from=datetime.date(2025, 11, 11)
    )
    with time_machine.travel(datetime.datetime(2025, 11, 10, 23, 30, tzinfo=datetime.UTC)):
        assert scope.may_see(membership.user, territory.pk)


# Successions -------------------------------------------------------------------------------


@pytest.fixture
def merged(territory, other_territory):
    """Both provinces went into one new province, which went into a newer one."""
    new = factories.ProvinceFactory(
        slug="tinh-moi", valid_from=factories.REFORM, valid_to=datetime.date(2028, 1, 1)
    )
    newest = factories.ProvinceFactory(
        slug="tinh-moi-2028", valid_from=datetime.date(2028, 1, 1), valid_to=None
    )
    for old in (territory, other_territory):
        factories.SuccessionFactory(predecessor=old, successor=new)
    factories.SuccessionFactory(
        predecessor=new, successor=newest, effective_on=datetime.date(2028, 1, 1)
    )
    return newest


@pytest.mark.parametrize("role", ["department", "leader"])
def test_rights_reach_back_along_successions(role, merged, territory, other_territory):
    user = factories.MembershipFactory(role=role, territory=merged).user
    assert {unit.slug for unit in scope.territories(user)} == {
        "tinh-moi-2028", "tinh-moi", "hong-lam", "thanh-son",
    }  # fmt: skip
    assert scope.may_manage(user, territory.pk) is (role == "department")


def test_rights_do_not_reach_forward(merged, staff):
    assert {unit.slug for unit in scope.territories(staff)} == {"hong-lam"}


def test_rights_of_communes_successions_do_not_open_a_province(communes, other_territory):
    """A commune that moved to another province takes its own past along, not the province's."""
    new = factories.CommuneFactory(parent=None, valid_from=factories.REFORM, valid_to=None)
    factories.SuccessionFactory(predecessor=communes["98101"], successor=new)
    user = factories.MembershipFactory(territory=other_territory).user
    assert {unit.slug for unit in scope.territories(user)} == {"thanh-son"}


def test_reporter_reads_the_past_of_the_unit_but_does_not_write_it(territory, units):
    former, middle = units["981"], factories.ReportingUnitFactory(territory=territory)
    now = factories.ReportingUnitFactory(territory=territory)
    former.successors.add(middle)
    middle.successors.add(now)
    user = factories.MembershipFactory(
        role="reporter", territory=territory, reporting_unit=now
    ).user
    about = {"territory_id": territory.pk, "unit_id": former.pk}
    assert scope.may_see_drafts(user, **about)
    assert not scope.may_enter(user, **about)


def test_successors_of_units_in_a_circle_end(territory, units):
    units["981"].successors.add(units["982"])
    units["982"].successors.add(units["981"])
    user = factories.MembershipFactory(
        role="reporter", territory=territory, reporting_unit=units["981"]
    ).user
    assert scope.rights(user).readable_units == {units["981"].pk, units["982"].pk}


# Rows --------------------------------------------------------------------------------------


def test_limit_keeps_rows_of_other_territories_away(staff, institutions, other_territory):
    assert scope.limit(Placement.objects.all(), staff).count() == 10


def test_unpublished_rows_are_for_those_who_work_on_them(
    reporter, staff, leader, outsider, administrator, institutions
):
    def count(user):
        return scope.limit_published(
            Placement.objects.all(), user, territory="territory", published=Q(tier="village")
        ).count()

    people = (reporter, staff, leader, outsider, administrator)
    assert [count(user) for user in people] == [1, 10, 1, 1, 11]


def test_territory_out_of_sight_is_not_found(outsider, territory):
    with pytest.raises(Http404):
        scope.territory_or_404(outsider, territory.slug)


def test_territory_is_never_a_district(administrator, districts):
    with pytest.raises(Http404):
        scope.territory_or_404(administrator, "981")


def test_refusal_is_403():
    scope.require(True)
    with pytest.raises(PermissionDenied):
        scope.require(False)


def test_rights_are_read_once_per_request(staff, territory, django_assert_num_queries):
    with django_assert_num_queries(2):  # memberships, successions of provinces
        for _ in range(3):
            scope.territories(staff)
            scope.may_see(staff, territory.pk)


# Addresses ---------------------------------------------------------------------------------


def first_words():
    """The fixed first word of every address of the site."""
    for pattern in get_resolver().url_patterns:
        patterns = (
            [pattern] if isinstance(pattern, URLPattern) else [pattern, *pattern.url_patterns]
        )
        prefix = "" if isinstance(pattern, URLPattern) else str(pattern.pattern)
        for each in patterns:
            route = str(each.pattern) if prefix in ("", str(each.pattern)) else prefix
            word = route.lstrip("^").split("/")[0]
            if word and "<" not in word and "(" not in word:
                yield word


def test_first_words_of_addresses_are_reserved():
    assert set(first_words()) - RESERVED_SLUGS == set()


def test_no_loaded_province_takes_a_reserved_word(db, settings):
    """All real provinces, by the names that become their addresses."""
    with (settings.BASE_DIR / "fixtures" / "administrative_units.csv").open(
        encoding="utf-8-sig", newline=""
    ) as file:
        provinces = [row for row in csv.DictReader(file) if row["level"] == "province"]
    names = {
        slug(AdministrativeUnit(name=row["name"], kind=row["kind"]).short_name) for row in provinces
    }
    assert len(provinces) > 63
    assert names & RESERVED_SLUGS == set()
