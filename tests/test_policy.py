"""Who may open what: every address of the site, asked by everybody, by GET and by POST.

The table below is design section 9 in statuses. An address that is not in it, or that declares no
audience, fails the suite: nothing is added without saying for whom. The columns are people who
stand differently to one territory (Hồng Lam) and one of its reporting units (981):

    anonymous, reporter of 981, reporter of 982, department, leader, national leader,
    administrator, department of another province

200 and 302 go through (302 of an anonymous visitor leads to the log-in page); 403 may see but not
do; 404 may not even know; 405 not this method; 422 a form that says what is wrong.
"""

import re

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse
from django.utils import timezone

from institutions.scope import Audience
from reports.models import BulkApproval
from reports.rounds.receipts import issue
from tests import factories
from tests.conftest import enrol
from tests.documents import pdf_of_pages

pytestmark = pytest.mark.any_database

PEOPLE = (
    *("reporter", "other_reporter", "staff", "leader", "national_leader"),
    *("administrator", "outsider"),
)

SEEN = "302 200 200 200 200 200 200 404"  # approved things of the territory: dashboards, plans
EVERYBODY = "302 200 200 200 200 200 200 200"  # each their own rows
PROOF = "302 200 404 200 403 403 200 404"  # what one unit sent, approved or not
PROOF_READ_ONLY = "302 405 405 405 403 403 405 405"
READ_ONLY = "302 405 405 405 405 405 405 405"


def department(own: int, foreign: int) -> str:
    """An address of the Department alone."""
    return f"302 403 403 {own} 403 403 403 {foreign}"


def writers(own: int, foreign: int) -> str:
    """An address of those who enter figures: the unit itself, and the Department for it."""
    return f"302 {own} {foreign} {own} 403 403 403 {foreign}"


def unit_alone(own: int, foreign: int = 404) -> str:
    """An address of one reporting unit's own officials."""
    return f"302 {own} {foreign} 403 403 403 403 403"


ROUND_STEPS = ("change", "roster", "close", "give-up", "remind")
READ_ONLY_DEPARTMENT = department(405, 405)

POLICY = {
    # address: (GET, POST)
    "institutions:list": (EVERYBODY, READ_ONLY),
    "institutions:detail": (SEEN, READ_ONLY),
    "institutions:new": (department(200, 404), department(422, 404)),
    "institutions:rename": (department(200, 404), department(422, 404)),
    "institutions:move": (department(200, 404), department(422, 404)),
    "institutions:close": (department(200, 404), department(422, 404)),
    "institutions:reopen": (department(200, 404), department(422, 404)),
    "institutions:merge": (department(200, 404), department(422, 404)),
    "institutions:split": (department(200, 404), department(422, 404)),
    "institutions:import-choose": (department(302, 302), READ_ONLY_DEPARTMENT),
    "institutions:import": (department(200, 404), department(422, 404)),
    "institutions:import-template": (department(200, 404), department(405, 405)),
    "institutions:import-preview": (department(200, 404), department(422, 404)),
    # A unit's proposals are seen where its drafts are, and made by the unit alone.
    "institutions:proposals": (
        "302 200 200 200 403 403 200 200",
        "302 405 405 405 403 403 405 405",
    ),
    "institutions:unit-proposals": (PROOF, PROOF_READ_ONLY),
    "institutions:propose-new": (unit_alone(200), unit_alone(422)),
    "institutions:propose-closure": (unit_alone(200), unit_alone(422)),
    "institutions:proposal-take-back": (unit_alone(405, 405), unit_alone(302)),
    "institutions:proposal-accept": (department(200, 404), department(422, 404)),
    "institutions:proposal-refuse": (department(200, 404), department(422, 404)),
    "reports:institution-values": (SEEN, READ_ONLY),
    "targets:list": (EVERYBODY, READ_ONLY),
    "targets:plan": (SEEN, READ_ONLY),
    "targets:changes": (SEEN, READ_ONLY),
    "targets:source": (SEEN, READ_ONLY),
    "targets:page": (SEEN, READ_ONLY),
    "targets:new": (department(200, 200), department(200, 200)),
    "targets:settings": (department(200, 404), department(200, 404)),
    "targets:discard": (department(405, 405), department(302, 404)),
    "targets:document": (department(200, 404), department(200, 404)),
    "targets:document-progress": (department(200, 404), department(405, 405)),
    "targets:document-page": (department(200, 404), department(405, 405)),
    "targets:document-again": (department(405, 405), department(302, 404)),
    "targets:document-give-up": (department(405, 405), department(302, 404)),
    "targets:confirm": (department(405, 405), department(302, 404)),
    "targets:publish": (department(405, 405), department(302, 404)),
    "targets:sentence": (department(405, 405), department(302, 404)),
    "targets:target": ("302 404 404 200 404 404 200 404", "302 404 404 200 404 404 403 404"),
    "targets:reopen": (department(405, 405), department(302, 404)),
    "targets:add": (department(200, 404), department(200, 404)),
    "targets:history": ("302 403 403 200 403 403 200 404", "302 403 403 405 403 403 405 405"),
    # Whoever only looks at one territory goes straight to its dashboard.
    "reports:home": ("302 200 200 200 302 302 302 200", READ_ONLY),
    "reports:province": (SEEN, READ_ONLY),
    "reports:trend": (SEEN, READ_ONLY),
    "reports:tier": (SEEN, READ_ONLY),
    "reports:unit": (SEEN, READ_ONLY),
    "reports:explain": (SEEN, READ_ONLY),
    # Everybody who sees the figures reads what was corrected after closing.
    "reports:errata": (SEEN, READ_ONLY),
    "reports:erratum": (department(200, 404), department(422, 404)),
    "reports:reporting": (EVERYBODY, READ_ONLY),
    # A report is the business of its unit and of those above it.
    "reports:report": ("302 200 404 200 200 200 200 404", READ_ONLY),
    "reports:submit": (writers(405, 405), writers(302, 404)),
    "reports:check": (writers(200, 404), writers(302, 404)),
    # Proof of what was sent stays with who sent it and who received it.
    "reports:receipt": (PROOF, PROOF_READ_ONLY),
    "reports:receipt-content": (PROOF, PROOF_READ_ONLY),
    "reports:report-texts": (writers(405, 405), writers(302, 404)),
    "reports:report-line": (writers(200, 404), writers(422, 404)),
    # The table of a report, read by whom the report is, written by those who enter.
    "reports:grid": (
        "302 200 404 200 200 200 200 404",
        "302 400 404 400 403 403 403 404",
    ),
    "reports:grid-save": (writers(405, 405), writers(400, 404)),
    "reports:attach": (writers(405, 405), writers(302, 404)),
    # Evidence is for those who see drafts; the administrator may read it, a leader not.
    "reports:attachment": ("302 200 404 200 403 403 200 404", READ_ONLY),
    "reports:attachment-remove": (writers(405, 405), writers(302, 404)),
    "reports:import": (writers(200, 404), writers(422, 404)),
    "reports:template": (writers(200, 404), writers(405, 405)),
    "reports:template-workbook": (writers(200, 404), writers(405, 405)),
    "reports:import-preview": (writers(200, 404), writers(302, 404)),
    "reports:import-marked": (writers(200, 404), writers(405, 405)),
    "reports:import-apply": (writers(405, 405), writers(302, 404)),
    "reports:import-undo": (writers(200, 404), writers(302, 404)),
    "reports:territory-upload": (department(200, 404), department(422, 404)),
    "reports:territory-import": (department(200, 404), department(405, 405)),
    "reports:territory-import-progress": (department(200, 404), department(405, 405)),
    "reports:territory-import-answer": (department(405, 405), department(302, 404)),
    "reports:territory-import-write": (department(405, 405), department(302, 404)),
    "reports:territory-import-again": (department(405, 405), department(302, 404)),
    "reports:territory-import-give-up": (department(405, 405), department(302, 404)),
    "reports:territory-import-faulty": (department(200, 404), department(405, 405)),
    "reports:review-queue": (department(200, 404), department(405, 405)),
    "reports:review": (department(200, 404), department(405, 405)),
    "reports:approve": (department(405, 405), department(302, 404)),
    "reports:approve-selected": (department(405, 405), department(302, 404)),
    "reports:approval-undo": (department(405, 405), department(302, 404)),
    "reports:return": (department(405, 405), department(302, 404)),
    "reports:withdraw": (department(405, 405), department(302, 404)),
    # Findings are for those who see drafts; the list of the year shows the rest to every reader.
    "reports:inspections-of-report": (PROOF, PROOF_READ_ONLY),
    "reports:visit": (department(200, 404), department(422, 404)),
    "reports:inspection-withdraw": (department(405, 405), department(302, 404)),
    "reports:inspections": (SEEN, READ_ONLY),
    "reports:round-choose": (department(302, 302), READ_ONLY_DEPARTMENT),
    "reports:round-new": (department(200, 404), department(200, 404)),
    "reports:round": (department(200, 404), READ_ONLY_DEPARTMENT),
    "reports:round-change": (department(200, 404), department(200, 404)),
    "reports:round-roster": (department(405, 405), department(302, 404)),
    "reports:round-close": (department(200, 404), department(302, 404)),
    "reports:round-give-up": (department(405, 405), department(302, 404)),
    "reports:round-remind": (department(405, 405), department(302, 404)),
}  # fmt: skip


# The addresses --------------------------------------------------------------------------------


def walk(patterns, namespace=""):
    """(name, pattern, declared audience) of every address, included ones too."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            declared = getattr(pattern, "audience", None)
            declared = declared or getattr(pattern.callback, "audience", frozenset())
            name = f"{namespace}:{pattern.name}" if namespace else str(pattern.name)
            yield name, pattern, declared
        else:
            yield from walk(pattern.url_patterns, pattern.namespace or namespace)


ADDRESSES = list(walk(get_resolver().url_patterns))


def declared_for(*audience):
    return sorted({name for name, _pattern, who in ADDRESSES if who == frozenset(audience)})


PUBLIC = declared_for(Audience.PUBLIC)
ADMINISTRATION = [
    name for name in declared_for(Audience.ADMINISTRATOR) if name.startswith("admin:")
]


def test_every_address_declares_its_audience():
    undeclared = [name for name, _pattern, who in ADDRESSES if not who]
    assert undeclared == []


def test_every_address_stands_in_the_table():
    walked = {name for name, _pattern, _who in ADDRESSES}
    assert walked - set(PUBLIC) - set(ADMINISTRATION) == set(POLICY)


def test_only_log_in_language_and_the_check_of_receipts_are_public():
    assert {name.split("_")[0] for name in PUBLIC} == {
        "account", "set", "reports:receipts", "reports:receipt-check",
    }  # fmt: skip


# The rows that the addresses are about ---------------------------------------------------------


@pytest.fixture
def arguments(territory, institutions, plan, report, open_round, answer, staff, tmp_path, settings):
    """Arguments of every address: real rows of the territory and of unit 981."""
    settings.MEDIA_ROOT = tmp_path
    answer(open_round, "98-TV-981", "library.lifelong_services", "yes")
    picture = ContentFile(pdf_of_pages([b""]))
    plan.source_file.save("ke-hoach.pdf", picture)
    plan.source_name, plan.page_starts = "ke-hoach.pdf", [0]
    plan.save()
    sent = factories.PlanDocumentFactory(
        territory=territory, status="read", text=plan.text, page_starts=[0]
    )
    sent.file.save("ke-hoach.pdf", picture)
    draft = factories.PlanVersionFactory(plan=plan.plan, text=plan.text)
    draft.unread = [{"text": "9", "start": 0, "end": 1, "reason": "no_year"}]
    draft.save()
    target = factories.TargetFactory(version=draft, quote="70% thư viện công cộng cấp huyện")
    batch = factories.ImportBatchFactory(report=report)
    written = factories.ImportBatchFactory(report=report, status="applied")
    of_all = factories.ImportBatchFactory(report=None, territory=territory)
    of_all.found = {"faulty": of_all.file.name}
    of_all.save()
    line = open_round.lines.get(institution__code="98-TV-981")
    listed = factories.ListImportFactory(territory=territory)
    proposal = factories.ProposalFactory(reporting_unit=report.reporting_unit)
    year = {"territory": territory.slug, "year": 2025}
    closed = factories.ReportingRoundFactory(
        territory=territory, year=2024, closed_at=timezone.now()
    )
    closed_line = enrol(closed).lines.get(institution__code="98-TV-981")
    of_report = {"pk": report.pk}
    of_draft = {"pk": draft.pk}
    of_document = {"pk": sent.pk}
    named = {
        "institutions:detail": {"code": "98-TV-981"},
        **{
            f"institutions:{step}": {"code": "98-TV-981"}
            for step in ("rename", "move", "close", "reopen", "merge", "split")
        },
        "institutions:new": {"territory": territory.slug},
        "institutions:import": {"territory": territory.slug},
        "institutions:import-template": {"territory": territory.slug},
        "institutions:import-preview": {"pk": listed.pk},
        **{
            f"institutions:{name}": {"unit": "981"}
            for name in ("unit-proposals", "propose-new", "propose-closure")
        },
        **{
            f"institutions:proposal-{step}": {"pk": proposal.pk}
            for step in ("take-back", "accept", "refuse")
        },
        "reports:institution-values": {"code": "98-TV-981"},
        "targets:plan": {"pk": plan.pk},
        "targets:changes": {"pk": plan.pk},
        "targets:source": {"pk": plan.pk},
        "targets:page": {"pk": plan.pk, "number": 1},
        "targets:settings": of_draft,
        "targets:discard": of_draft,
        "targets:document": of_document,
        "targets:document-progress": of_document,
        "targets:document-page": {**of_document, "number": 1},
        "targets:document-again": of_document,
        "targets:document-give-up": of_document,
        "targets:confirm": of_draft,
        "targets:publish": of_draft,
        "targets:sentence": {**of_draft, "number": 1},
        "targets:target": {**of_draft, "target_pk": target.pk},
        "targets:reopen": {**of_draft, "target_pk": target.pk},
        "targets:add": of_draft,
        "targets:history": {"pk": plan.pk},
        "reports:province": year,
        "reports:errata": {**year, "year": closed.year},
        "reports:erratum": {"pk": closed_line.pk, "indicator": "library.lifelong_services"},
        "reports:trend": year,
        "reports:tier": {**year, "kind": "library", "tier": "district"},
        "reports:unit": {**year, "code": "981"},
        "reports:explain": {
            **year, "indicator": "library.lifelong_services", "tiers": "district",
            "target_year": 2025,
        },
        "reports:round-new": {"territory": territory.slug},
        "reports:report-line": {**of_report, "line": line.pk},
        "reports:visit": {**of_report, "line": line.pk},
        "reports:inspections": year,
        "reports:import-preview": {"pk": batch.pk},
        "reports:import-marked": {"pk": batch.pk},
        "reports:import-apply": {"pk": batch.pk},
        "reports:import-undo": {"pk": written.pk},
        "reports:territory-upload": {"territory": territory.slug},
    }  # fmt: skip
    of_round = ("round", *(f"round-{each}" for each in ROUND_STEPS))
    for name in (*of_round, "review-queue", "approve-selected"):
        named[f"reports:{name}"] = {"pk": open_round.pk}
    for end in ("", "-progress", "-answer", "-write", "-again", "-give-up", "-faulty"):
        named[f"reports:territory-import{end}"] = {"territory": territory.slug, "pk": of_all.pk}
    evidence = factories.AttachmentFactory(report=report)
    named["reports:attachment"] = named["reports:attachment-remove"] = {"pk": evidence.pk}
    approval = BulkApproval.objects.create(round=open_round, at=timezone.now(), by=staff)
    named["reports:approval-undo"] = {"pk": approval.pk}
    inspection = factories.InspectionFactory(line=line, recorded_by=staff)
    named["reports:inspection-withdraw"] = {"pk": inspection.pk}
    receipt = issue(report, None, timezone.now())
    named["reports:receipt-check"] = {"code": receipt.code}
    for name in ("receipt", "receipt-content"):
        named[f"reports:{name}"] = {**of_report, "number": receipt.number}
    for name in (
        "report",
        "submit",
        "check",
        "report-texts",
        "grid",
        "grid-save",
        "attach",
        "import",
        "template",
        "template-workbook",
        "inspections-of-report",
        "review",
        "approve",
        "return",
        "withdraw",
    ):
        named[f"reports:{name}"] = of_report
    return named


@pytest.fixture
def clients(request):
    """A client for everybody, the anonymous visitor first."""
    return [Client(), *(request.getfixturevalue(f"as_{person}") for person in PEOPLE)]


def ask(client, method, address):
    """The status, with all that the request wrote taken back."""
    with transaction.atomic():
        response = getattr(client, method)(address)
        transaction.set_rollback(True)
    return response


# The table -------------------------------------------------------------------------------------


def address(name, arguments):
    return reverse(name, kwargs=arguments.get(name))


@pytest.mark.parametrize("method", ["get", "post"])
def test_addresses_answer_each_person_as_declared(method, arguments, clients):
    answers = {
        name: " ".join(
            str(ask(client, method, address(name, arguments)).status_code) for client in clients
        )
        for name in POLICY
    }
    assert answers == {name: expected[method == "post"] for name, expected in POLICY.items()}


def test_anonymous_visitor_is_sent_to_the_log_in_page(arguments, client):
    for name in POLICY:
        asked = address(name, arguments)
        assert client.get(asked)["Location"] == f"/accounts/login/?next={asked}"


def test_person_without_a_role_gets_nothing(arguments, client):
    client.force_login(
        factories.UserFactory(), "allauth.account.auth_backends.AuthenticationBackend"
    )
    answers = {name: client.get(address(name, arguments)).status_code for name in POLICY}
    assert answers == dict.fromkeys(POLICY, 403) | {"reports:home": 200}


def test_no_address_takes_a_form_from_another_site(arguments, staff):
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff, "allauth.account.auth_backends.AuthenticationBackend")
    answers = {name: client.post(address(name, arguments)).status_code for name in POLICY}
    assert answers == dict.fromkeys(POLICY, 403)


# Log-in and administration ----------------------------------------------------------------------


ACCOUNT_ARGUMENTS = {
    "account_confirm_email": {"key": "a"},
    "account_reset_password_from_key": {"uidb36": "1", "key": "a-b"},
}


def test_public_addresses_answer_everybody(clients, arguments):
    for name in PUBLIC:
        asked = reverse(name, kwargs=ACCOUNT_ARGUMENTS.get(name) or arguments.get(name))
        for client in clients:
            assert ask(client, "get", asked).status_code in (200, 302, 405), name


def administration():
    """Addresses of the administration without arguments, and of single rows."""
    for name, pattern, _who in ADDRESSES:
        # Leaving leads to the start page of the administration, which asks again.
        if name in ADMINISTRATION and name != "admin:logout":
            yield name, sorted(set(re.findall(r"<(?:\w+:)?(\w+)>", str(pattern.pattern))))


def test_administration_is_closed_to_everybody_else(clients, administrator):
    row = {"object_id": administrator.pk, "content_type_id": 1, "app_label": "targets", "url": "x"}
    row |= {"id": administrator.pk, "extra_context": ""}
    tried = 0
    for name, parameters in administration():
        if not set(parameters) <= set(row):
            continue
        try:
            asked = reverse(name, kwargs={each: row[each] for each in parameters})
        except NoReverseMatch:  # the catch-all, which has no name
            continue
        for client, person in zip(clients, ("anonymous", *PEOPLE), strict=True):
            if person == "administrator":
                continue
            response = ask(client, "get", asked)
            tried += 1
            assert response.status_code in (302, 403, 405), (name, person)
            if response.status_code == 302:
                assert "/login/" in response["Location"], (name, person)
    assert tried > 300
