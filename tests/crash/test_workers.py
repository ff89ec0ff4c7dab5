"""A small slice of `python -m tests.crash.workers`, as processes on a real PostgreSQL."""

from pathlib import Path

from tests.crash.workers import run


def test_workers_that_are_killed_and_frozen_send_each_mail_once_or_list_it(tmp_path: Path) -> None:
    outcome = run(tmp_path, 1, workers=3, members=80, plan=["killed", "frozen"])

    assert outcome.is_kept, str(outcome)
    assert outcome.mails == 80
