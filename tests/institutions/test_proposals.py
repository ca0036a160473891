"""Proposals of units: made, taken back, accepted, refused, and told to whoever comes second."""

import datetime

import pytest

from institutions.models import Institution, Proposal
from institutions.proposals import services
from institutions.register.services import RegisterError, SameName
from reports.rounds.opening import update_roster
from tests import factories

pytestmark = pytest.mark.django_db

DAY = datetime.date(2025, 3, 1)
REASON = "Quyết định số 12/QĐ-UBND ngày 05/3/2025"


@pytest.fixture(autouse=True)
def _today(clock):
    clock("2025-05-20")


@pytest.fixture
def unit(institutions, units):
    return units["981"]


@pytest.fixture
def told(communes):
    return {
        "name": "Thư viện xã Đa Mai",
        "kind": "library",
        "tier": "commune",
        "commune": communes["98103"],
        "effective_on": DAY,
        "reason": REASON,
    }


@pytest.fixture
def new(unit, told, reporter):
    return services.propose_new(unit, **told, by=reporter)


@pytest.fixture
def closure(unit, institutions, reporter):
    return services.propose_closure(
        unit, institution=institutions["98-VH-98102"], effective_on=DAY, reason=REASON, by=reporter
    )


def fields_of(refused):
    return set(refused.value.message_dict)


# Making ----------------------------------------------------------------------------------------


def test_proposal_keeps_what_was_asked_and_by_whom(new, unit, reporter):
    assert (new.status, new.reporting_unit, new.made_by) == ("open", unit, reporter)
    assert not Institution.objects.filter(name=new.name).exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"effective_on": datetime.date(2027, 1, 1)}, "effective_on"),
        ({"effective_on": datetime.date(2025, 7, 1)}, "effective_on"),  # the commune has ended
        ({"commune": None}, "commune"),
        ({"name": "Б" * 220}, "name"),
    ],
)
def test_proposing_refuses_beside_the_field(unit, told, reporter, changed, field):
    with pytest.raises(RegisterError) as refused:
        services.propose_new(unit, **(told | changed), by=reporter)
    assert fields_of(refused) == {field}


@pytest.mark.parametrize(("unit_code", "commune"), [("981", "98103"), ("98-tvt", "98203")])
def test_commune_of_the_own_district_or_for_an_agency_any_is_taken(
    units, communes, told, reporter, unit_code, commune
):
    told["commune"] = communes[commune]
    assert services.propose_new(units[unit_code], **told, by=reporter).status == "open"


def test_commune_of_another_office_is_refused(unit, communes, told, reporter):
    with pytest.raises(RegisterError) as refused:
        services.propose_new(unit, **(told | {"commune": communes["98203"]}), by=reporter)
    assert fields_of(refused) == {"commune"}


def test_form_offers_the_communes_of_the_own_district(as_reporter, unit, communes):
    page = as_reporter.get("/institutions/proposals/units/981/new/")
    offered = set(page.context["form"].fields["commune"].queryset)
    assert offered == {communes[code] for code in ("98101", "98102", "98103")}


def test_the_same_is_not_proposed_twice_while_open(unit, told, reporter, new):
    with pytest.raises(RegisterError) as refused:
        services.propose_new(unit, **(told | {"name": "thư viện  XÃ Đa Mai"}), by=reporter)
    assert fields_of(refused) == {"name"}
    services.take_back(new, by=reporter)
    assert services.propose_new(unit, **told, by=reporter).status == "open"


def test_closure_is_proposed_of_own_open_institutions_once(unit, institutions, reporter, closure):
    foreign, closed = institutions["98-TV-982"], institutions["98-VH-98103"]
    closed.closed_on = datetime.date(2025, 1, 1)
    closed.save()
    for institution in (foreign, closed, closure.institution):
        with pytest.raises(RegisterError) as refused:
            services.propose_closure(
                unit, institution=institution, effective_on=DAY, reason=REASON, by=reporter
            )
        assert fields_of(refused) == {"institution"}


# Deciding --------------------------------------------------------------------------------------


def test_accepting_adds_the_institution_as_suggested(new, territory, staff):
    made = services.accept_new(new, territory=territory, by=staff, **services.suggested(new))
    new.refresh_from_db()
    assert (new.status, new.institution, new.decided_by) == ("accepted", made, staff)
    placement = made.placements.get()
    assert (made.code, made.opened_on) == ("98-TV-98103-01", DAY)
    assert (placement.reporting_unit, placement.district.code) == (new.reporting_unit, "981")
    assert REASON in made.history.get().history_change_reason


def test_accepting_asks_about_a_namesake_and_leaves_the_proposal_open(new, territory, staff):
    told = services.suggested(new)
    services.accept_new(new, territory=territory, by=staff, **told)
    again = factories.ProposalFactory(
        reporting_unit=new.reporting_unit, name=new.name, tier="commune", commune=new.commune
    )
    told["code"] = "98-TV-98103-02"
    with pytest.raises(SameName):
        services.accept_new(again, territory=territory, by=staff, **told)
    again.refresh_from_db()
    assert (again.status, again.institution) == ("open", None)


def test_accepting_a_closure_closes_with_day_and_reason(closure, staff):
    services.accept_closure(closure, day=DAY, reason=REASON, by=staff)
    closure.refresh_from_db()
    assert (closure.status, closure.institution.closed_on) == ("accepted", DAY)
    assert closure.institution.history.first().history_change_reason == REASON


def test_refusing_answers_and_changes_nothing(closure, staff):
    services.refuse(closure, answer="Thiết chế vẫn hoạt động.", by=staff)
    closure.refresh_from_db()
    assert (closure.status, closure.answer) == ("refused", "Thiết chế vẫn hoạt động.")
    assert closure.institution.closed_on is None


def test_roster_of_an_open_round_follows_what_was_accepted(
    new, closure, territory, staff, open_round
):
    closed = closure.institution
    assert open_round.lines.filter(institution=closed).exists()
    made = services.accept_new(new, territory=territory, by=staff, **services.suggested(new))
    services.accept_closure(closure, day=DAY, reason=REASON, by=staff)
    update_roster(open_round)
    on_roster = set(open_round.lines.values_list("institution", flat=True))
    assert made.pk in on_roster
    assert closed.pk not in on_roster


@pytest.mark.parametrize("first", ["take_back", "refuse", "accept_closure"])
@pytest.mark.parametrize("second", ["take_back", "refuse", "accept_closure"])
def test_second_decision_is_told_of_the_first(closure, staff, first, second):
    told = {
        "take_back": {},
        "refuse": {"answer": "Không"},
        "accept_closure": {"day": DAY, "reason": REASON},
    }
    stale = Proposal.objects.get(pk=closure.pk)
    getattr(services, first)(closure, by=staff, **told[first])
    before = Proposal.objects.values().get(pk=closure.pk)
    with pytest.raises(services.AlreadyDecided) as refused:
        getattr(services, second)(stale, by=staff, **told[second])
    assert str(staff) in refused.value.message
    assert Proposal.objects.values().get(pk=closure.pk) == before


# The pages -------------------------------------------------------------------------------------


def sent(told):
    return told | {"commune": told["commune"].pk, "effective_on": "01/03/2025"}


def test_unit_proposes_and_takes_back_on_its_pages(as_reporter, unit, told):
    base = "/institutions/proposals/units/981/"
    response = as_reporter.post(f"{base}new/", sent(told))
    assert response["Location"] == base
    proposal = Proposal.objects.get()
    page = as_reporter.get(base)
    assert list(page.context["proposals"]) == [proposal]
    assert as_reporter.post(f"/institutions/proposals/{proposal.pk}/take-back/").status_code == 302
    proposal.refresh_from_db()
    assert proposal.status == "taken_back"


def test_unit_proposes_a_closure_from_the_page_of_the_institution(as_reporter, institutions):
    institution = institutions["98-VH-98102"]
    link = "/institutions/proposals/units/981/closure/?institution=98-VH-98102"
    assert link in as_reporter.get(institution.get_absolute_url()).content.decode()
    assert as_reporter.get(link).context["form"].initial["institution"] == institution
    answer = as_reporter.post(
        link, {"institution": institution.pk, "effective_on": "01/03/2025", "reason": REASON}
    )
    assert answer.status_code == 302
    assert Proposal.objects.get().institution == institution


def test_closure_of_an_institution_of_another_unit_cannot_be_sent(as_reporter, institutions):
    response = as_reporter.post(
        "/institutions/proposals/units/981/closure/",
        {
            "institution": institutions["98-TV-982"].pk,
            "effective_on": "01/03/2025",
            "reason": REASON,
        },
    )
    assert set(response.context["form"].errors) == {"institution"}


@pytest.mark.parametrize(
    ("person", "closes"), [("reporter", True), ("other_reporter", False), ("staff", False)]
)
def test_only_the_own_unit_is_led_to_propose_a_closure(institutions, person, closes, request):
    client = request.getfixturevalue(f"as_{person}")
    page = client.get(institutions["98-TV-981"].get_absolute_url()).content.decode()
    assert ("/closure/" in page) is closes


def test_report_and_table_lead_to_the_proposals_of_their_unit(as_reporter, report):
    for address in (report.get_absolute_url(), f"{report.get_absolute_url()}grid/"):
        page = as_reporter.get(address).content.decode()
        assert 'hx-get="/institutions/proposals/units/981/"' in page


def test_proposals_come_as_a_part_of_a_page_too(as_reporter, new):
    part = as_reporter.get("/institutions/proposals/units/981/", headers={"HX-Request": "true"})
    assert new.name in part.content.decode()
    assert "<html" not in part.content.decode()


def test_staff_accepts_on_the_page_that_is_filled_in(as_staff, new):
    address = f"/institutions/proposals/{new.pk}/accept/"
    page = as_staff.get(address)
    initial = page.context["form"].initial
    assert initial["code"] == "98-TV-98103-01"
    form = page.context["form"]
    filled = {name: form[name].value() for name in form.fields if form[name].value()}
    response = as_staff.post(address, filled | {"opened_on": "01/03/2025"})
    assert response["Location"] == "/institutions/98-TV-98103-01/"


def test_staff_accepts_a_closure_on_the_page(as_staff, closure):
    address = f"/institutions/proposals/{closure.pk}/accept/"
    assert as_staff.get(address).context["form"].initial["day"] == DAY
    response = as_staff.post(address, {"day": "02/03/2025", "reason": REASON})
    assert response["Location"] == closure.institution.get_absolute_url()
    closure.institution.refresh_from_db()
    assert closure.institution.closed_on == datetime.date(2025, 3, 2)


def test_refusal_needs_an_answer_that_the_unit_reads(as_staff, as_reporter, closure):
    address = f"/institutions/proposals/{closure.pk}/refuse/"
    without = as_staff.post(address, {"answer": " "})
    assert (without.status_code, set(without.context["form"].errors)) == (422, {"answer"})
    assert as_staff.post(address, {"answer": "Vẫn hoạt động."}).status_code == 302
    page = as_reporter.get("/institutions/proposals/units/981/").content.decode()
    assert "Vẫn hoạt động." in page


@pytest.mark.parametrize("step", ["accept", "refuse"])
def test_page_tells_the_second_person_who_decided(as_staff, staff, closure, step):
    services.refuse(closure, answer="Không", by=staff)
    response = as_staff.post(
        f"/institutions/proposals/{closure.pk}/{step}/",
        {"day": "01/03/2025", "reason": REASON, "answer": "Không"},
    )
    assert response.status_code == 422
    assert str(staff) in response.context["form"].errors["__all__"][0]


def test_list_holds_what_each_person_may_see(
    as_reporter, as_other_reporter, as_staff, as_outsider, as_administrator, new, closure, staff
):
    services.refuse(closure, answer="Không", by=staff)

    def seen(client, query=""):
        return list(client.get(f"/institutions/proposals/{query}").context["page"])

    for client in (as_reporter, as_staff, as_administrator):
        assert (seen(client), seen(client, "?status=decided")) == ([new], [closure])
    for client in (as_other_reporter, as_outsider):
        assert (seen(client), seen(client, "?status=decided")) == ([], [])


def test_home_of_staff_counts_what_waits_for_it(as_staff, as_outsider, staff, new, closure):
    assert as_staff.get("/").context["due"].proposals == 2
    assert as_outsider.get("/").context["due"].proposals == 0
    services.refuse(closure, answer="Không", by=staff)
    assert as_staff.get("/").context["due"].proposals == 1


@pytest.mark.parametrize("n", [1, 4])
@pytest.mark.parametrize(
    ("address", "queries"),
    # session, user, memberships, successions of rights, years of the frame; then
    [
        ("proposals/", 8),  # count, proposals, tally
        ("proposals/units/981/", 7),  # unit, proposals
        ("proposals/{pk}/accept/", 11),  # proposal, codes, districts, communes, reporting units
        ("proposals/{pk}/refuse/", 6),  # proposal
    ],
)
def test_pages_take_a_fixed_number_of_queries(
    as_staff, unit, address, queries, n, django_assert_num_queries
):
    for _each in range(n):
        proposal = factories.ProposalFactory(reporting_unit=unit)
    with django_assert_num_queries(queries):
        as_staff.get(f"/institutions/{address.format(pk=proposal.pk)}")


def test_closure_of_an_institution_that_moved_to_another_territory_is_not_accepted(
    closure, staff, other_territory
):
    agency = factories.ReportingUnitFactory(code="99-tvt", territory=other_territory)
    placement = closure.institution.placements.get(valid_to=None)
    placement.valid_to = datetime.date(2025, 1, 1)
    placement.save()
    factories.PlacementFactory(
        institution=closure.institution,
        territory=other_territory,
        tier=placement.tier,
        reporting_unit=agency,
        valid_from=datetime.date(2025, 1, 1),
    )
    with pytest.raises(RegisterError):
        services.accept_closure(closure, day=DAY, reason=REASON, by=staff)
    closure.refresh_from_db()
    assert (closure.status, closure.institution.closed_on) == ("open", None)
