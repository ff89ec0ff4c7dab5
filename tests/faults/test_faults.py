"""A slice of the fault table through the whole way of a mail; `python -m tests.faults` runs all of it."""

import pytest

from jo.ports.mailer import ReplyKind
from tests.faults.cells import run_cell
from tests.faults.judge import objections
from tests.faults.table import TABLE, Row
from tests.support.certificates import Certificate, make_certificate
from tests.support.smtp_server import Fault, Point

SLICE = [row for place, row in enumerate(TABLE) if (place + place // 10) % 5 == 0]
"""Two faults at each point, other ones at the next."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("tls"), "DNS:localhost", "IP:127.0.0.1")


@pytest.mark.parametrize("row", SLICE, ids=[f"{row.point.value}-{row.fault.value}" for row in SLICE])
def test_a_mail_that_meets_a_fault_ends_as_the_table_says(row: Row, certificate: Certificate) -> None:
    assert objections(row, run_cell(row, certificate)) == []


def test_the_slice_meets_every_point_and_every_fault() -> None:
    assert ({row.point for row in SLICE}, {row.fault for row in SLICE}) == (set(Point), set(Fault))


def test_the_table_has_a_row_for_every_fault_at_every_point() -> None:
    assert [(row.point, row.fault) for row in TABLE] == [(point, fault) for point in Point for fault in Fault]
    assert len(TABLE) == 120


def test_the_table_keeps_the_promise_of_the_ledger() -> None:
    for row in TABLE:
        if row.end.kind is not ReplyKind.UNCERTAIN:
            assert row.end.kept == (row.end.kind is ReplyKind.ACCEPTED), row
