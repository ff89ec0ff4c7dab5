"""Nobody gets more mail than a cap allows.

A cap counts calendar time in the person's zone, which the ledger does not keep; so a stretch counts as too
full only when it is shorter than the shortest that the cap can mean. The caps of today say nothing about
mails from before they were applied, and mails that a journal told of are another history's.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from jo.audit.scope import Scope, Tally, mail
from jo.model.content import MailClass
from jo.ports.store import Deployment
from jo.ports.store.audit import Sent
from jo.reports.audit import Found, Invariant
from jo.timing.rates import Rate

INVARIANT = Invariant(
    name="caps",
    holds="no address gets more mail than the caps allow",
    means="Somebody got more mail than the policy promises.",
    advice="Look at the mails with `jo sends --contact`, and report it.",
)

CAPPED = (MailClass.MARKETING,)
"""Classes that caps hold back."""
DEPLOYMENTS = 200
"""How far back it is looked since when a cap holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    policy: str
    rate: Rate
    since: datetime
    generation: int


def look(scope: Scope) -> Found:
    tally, checked = Tally(), 0
    told = scope.work.audit.told_by_journals()
    remarks = []
    for class_ in CAPPED:
        caps = list(_caps(scope, class_))
        remarks += [f"{cap.policy}: {cap.rate}, since generation {cap.generation}" for cap in caps]
        if not caps:
            continue
        for _, sent in groupby(scope.work.audit.sent(class_), key=lambda item: item.address_key):
            mails = sorted((item for item in sent if item.mail not in told), key=lambda item: item.at)
            checked += len(mails)
            for cap in caps:
                for item in over(mails, cap):
                    tally.add(
                        mail(item.mail), f"went out at {item.at:%Y-%m-%d %H:%M:%S} UTC, above {cap.rate}"
                    )
    return tally.found(checked, "mail", "; ".join(remarks) or "there is no cap now")


def over(mails: Iterable[Sent], cap: Cap) -> Iterator[Sent]:
    """Yield the mails, sorted by moment, that went out although the cap was used up."""
    window = timedelta(seconds=cap.rate.per.at_least_seconds())
    before: deque[datetime] = deque(maxlen=cap.rate.count)
    for item in mails:
        if len(before) == cap.rate.count and item.at - before[0] < window and item.at >= cap.since:
            yield item
        before.append(item.at)


def _caps(scope: Scope, class_: MailClass) -> Iterator[Cap]:
    deployments = scope.work.specs.history(DEPLOYMENTS)
    for name, policy in scope.project.policies.items():
        if class_ in policy.caps:
            applied = _last_change(deployments, str(policy.address))
            yield Cap(
                policy=name,
                rate=policy.caps[class_],
                since=applied.at if applied is not None else datetime.min.replace(tzinfo=UTC),
                generation=applied.generation if applied is not None else 0,
            )


def _last_change(deployments: Iterable[Deployment], address: str) -> Deployment | None:
    """Return the newest deployment that changed a resource."""
    for deployment in deployments:
        if any(change["address"] == address for change in deployment.plan.get("changes", ())):
            return deployment
    return None
