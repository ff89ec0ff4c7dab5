"""Caps and rates under eight workers: `python -m tests.proofs.limits [--seed N] [--messages M]`.

Four contacts share each address, and two programs write to each contact: eight mails for every address,
of which its cap lets two through. One in four is at a slow domain. On SQLite and on PostgreSQL.

Fails when an address got more than its cap, when in any stretch of a second more mails began than the
relay's or the domain's rate, when a worker had more under way for the domain than its connections, when the
audit finds something, when fewer messages than named were decided about, or when a database was left out.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from jo.flow.limits import RelayLimits, parse_limit
from jo.timing.rates import Rate, parse_rate
from tests.proofs.eight import DATABASES, WORKERS, Witness, a_stage, wait_until_settled
from tests.support.scenery import contact, mails, people, program

CAP = 2
SHARED_BY = 4
"""Contacts that share an address."""
PROGRAMS = 2
SLOW = "slow.example"
RELAY_RATE = "40 per second"
SLOW_RATE = "8 per second"
SLOW_CONNECTIONS = 3

FILES = {
    **program("hello: {email: one}", name="first", entry="existing: enter"),
    **program("hello: {email: two}", name="second", more="priority: 5\n"),
    **mails("one", "two"),
    "journeys/policy.yaml": f"kind: policy\nname: attention\ncaps: {{marketing: {CAP} per 1 day}}\n",
}


def prove(database: str, messages: int, seed: int) -> Sequence[str]:
    """Return what went wrong, empty when nothing did; says what was done."""
    relay, slow = parse_rate(RELAY_RATE), parse_limit(f"{SLOW_CONNECTIONS} connections, {SLOW_RATE}")
    assert relay is not None
    assert slow is not None
    assert slow.rate is not None
    addresses = -(-messages // (SHARED_BY * PROGRAMS))
    rows = people(*(_contact(number) for number in range(addresses * SHARED_BY)))
    total = addresses * SHARED_BY * PROGRAMS
    limits = RelayLimits(rate=relay, domains={SLOW: slow})
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        a_stage(database, Path(folder), FILES, rows, limits, seed) as (world, witness, eight, _),
    ):
        eight.start()
        try:
            wait_until_settled(world, eight, total)
        finally:
            eight.stop()
        objections = [f"a worker failed: {error!r}" for error in eight.failures]
        found, busiest_seconds = _judge(witness, addresses, relay, slow.rate)
        objections += found
        most = max(mailer.most.get(SLOW, 0) for mailer in eight.mailers)
        if most > SLOW_CONNECTIONS:
            objections.append(f"{most} mails were under way for {SLOW} at once")
    seconds = time.monotonic() - began
    print(
        f"{database}: {WORKERS} workers, {total} messages for {addresses} addresses, "
        f"{len(witness.handed)} sent in {seconds:.0f} s; most in a second: {busiest_seconds}; "
        f"{len(objections)} objections"
    )
    return objections


def _contact(number: int) -> dict[str, object]:
    address = number // SHARED_BY
    domain = SLOW if address % 4 == 0 else "fast.example"
    # Spellings of one address: caps go by what they share.
    local = f"A{address}" if number % 2 else f"a{address}"
    return dict(contact(f"c{number:06}", email=f"{local}@{domain}"))


def _judge(witness: Witness, addresses: int, relay: Rate, slow: Rate) -> tuple[Sequence[str], str]:
    """Return what is wrong, and how fast it went."""
    objections, fastest = [], []
    each = Counter(item.to.casefold() for item in witness.handed)
    over = [count for count in each.values() if count > CAP]
    if over:
        objections.append(f"{len(over)} addresses got more than {CAP} mails, one of them {max(over)}")
    if len(witness.handed) != addresses * CAP:
        objections.append(f"{len(witness.handed)} mails were sent instead of {addresses * CAP}")
    every = [item.leave for item in witness.handed if item.leave is not None]
    if len(every) != len(witness.handed):
        objections.append("a mail was sent without leave")
    slowly = [item.leave for item in witness.handed if item.leave is not None and item.to.endswith(SLOW)]
    for name, moments, rate in (("the relay", every, relay), (SLOW, slowly, slow)):
        most = busiest(moments, timedelta(seconds=rate.per.at_most_seconds()))
        fastest.append(f"{most} of {rate.count} to {name}")
        if most > rate.count:
            objections.append(f"{most} mails began within a second to {name}, which allows {rate.count}")
    return objections, ", ".join(fastest)


def busiest(moments: Sequence[datetime], per: timedelta) -> int:
    """Return the most that lie within any stretch so long."""
    ordered, first, most = sorted(moments), 0, 0
    for last, moment in enumerate(ordered):
        while moment - ordered[first] >= per:
            first += 1
        most = max(most, last - first + 1)
    return most


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.proofs.limits")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--database", choices=DATABASES, help="only this one; fails at the end")
    asked = parser.parse_args(arguments)
    print(f"seed {asked.seed}")
    is_fine = asked.database is None
    for database in (asked.database,) if asked.database else DATABASES:
        found = prove(database, asked.messages, asked.seed)
        print(*found, sep="\n")
        is_fine = is_fine and not found
    if asked.database:
        print("A database was left out.")
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
