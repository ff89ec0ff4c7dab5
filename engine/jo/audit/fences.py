"""A worker that lost its lease opens nothing more."""

from jo.audit.scope import Scope, Tally
from jo.reports.audit import Found, Invariant

INVARIANT = Invariant(
    name="fences",
    holds="no mail is tried under a lease that was lost",
    means="Two workers believed that the same work was theirs; a mail may have gone out twice.",
    advice="Report it: the database refuses such writes. Look for a store that was restored while jo ran.",
)


def look(scope: Scope) -> Found:
    newest: dict[str, int] = {}
    tally, checked = Tally(), 0
    for use in scope.work.audit.token_uses():
        checked += 1
        known = newest.get(use.lease, use.token)
        if use.token < known:
            what = f"tried under token {use.token} of `{use.lease}`, after {known}"
            tally.add(f"intent {use.intent}", what)
        newest[use.lease] = max(use.token, known)
    return tally.found(checked, "attempt")
