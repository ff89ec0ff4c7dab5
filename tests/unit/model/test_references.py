"""References: every property that names another resource, and no other."""

from jo.manifest.lower import lower_document
from jo.model.address import Kind
from jo.model.references import references
from tests.support.documents import DOCUMENTS


def test_each_kind_refers_to_what_its_document_names() -> None:
    found = {
        kind: [
            (".".join(map(str, path)), str(address))
            for path, address in references(lower_document(kind, plain))
        ]
        for kind, plain in DOCUMENTS.items()
    }
    assert found == {
        Kind.SOURCE: [("fields.company", "source/companies"), ("fields.lead", "source/people")],
        Kind.POWER_LIST: [
            ("from", "source/contacts"),
            ("include.0", "power_list/partners"),
            ("exclude.0", "power_list/public-sector"),
            ("exclude.1", "power_list/others"),
        ],
        Kind.CALENDAR: [],
        Kind.SENDER: [],
        Kind.TOPIC: [],
        Kind.TEMPLATE: [("sender", "sender/success-team"), ("topic", "topic/onboarding")],
        Kind.OUTREACH: [
            ("audience", "power_list/active-admins"),
            ("template", "template/welcome"),
            ("send_window", "calendar/business-hours"),
        ],
        Kind.PROGRAM: [
            ("audience.event", "event/company.onboarded"),
            ("audience.contacts", "power_list/admins"),
            ("send_window", "calendar/business-hours"),
            ("steps.hello.email", "template/welcome"),
            ("steps.hello.send_window", "calendar/business-hours"),
            ("steps.offer.enroll", "program/nurture"),
            ("steps.event.wait_for.event", "event/trial.activated"),
        ],
        Kind.EVENT: [("fields.contact", "source/contacts"), ("fields.co", "source/companies")],
        Kind.POLICY: [],
        Kind.PERMIT: [],
    }
