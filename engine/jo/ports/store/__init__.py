"""The port to jo's own memory: what was applied, who is where, what was sent.

All reading and writing happens inside a transaction: `Store.write` commits all of it or nothing, and holds
the lease it was opened with against the database first, so that a worker that lost its lease cannot write.
Instants go in and come out as aware UTC datetimes, exact to the microsecond. Everything that takes many
values takes them at once: a batch is a statement or two, not a loop of its caller's.

The sections of a transaction (`specs`, `facts`, …) are views of the same transaction, one per concern.
"""

from jo.ports.store.audiences import Audiences, CandidateDecision, Snapshot, Undecided, UndecidedPage
from jo.ports.store.counts import Counts, Miscount
from jo.ports.store.errors import (
    ChangeRefusedError,
    CommitUnknownError,
    ContentionError,
    JournalMovedError,
    LeaseLostError,
    StaleGenerationError,
    StoreError,
    StoreVersionError,
)
from jo.ports.store.facts import FactRow, Facts, FactsDifference
from jo.ports.store.holds import Holds
from jo.ports.store.journals import KnownJournal, KnownJournals
from jo.ports.store.leases import Lease, Leases
from jo.ports.store.ledger import Ledger, OpenedAttempt, Said
from jo.ports.store.limits import Grant, Limits
from jo.ports.store.operations import Operations, Override
from jo.ports.store.passages import Happening, Move, PassageRecords, Passages, PastPassages, StepEngagement
from jo.ports.store.people import Engaged, People, Signal
from jo.ports.store.reports import (
    Engagement,
    Evidence,
    IntentLine,
    JourneyCounts,
    PassageLine,
    Reports,
    Tally,
)
from jo.ports.store.shares import Shares
from jo.ports.store.specs import Deployment, LiveSpec, Revision, SpecChange, Specs, SpecState
from jo.ports.store.sweeps import Sweep, SweepKind, Sweeps
from jo.ports.store.transaction import Store, Transaction

__all__ = [
    "Audiences",
    "CandidateDecision",
    "ChangeRefusedError",
    "CommitUnknownError",
    "ContentionError",
    "Counts",
    "Deployment",
    "Engaged",
    "Engagement",
    "Evidence",
    "FactRow",
    "Facts",
    "FactsDifference",
    "Grant",
    "Happening",
    "Holds",
    "IntentLine",
    "JournalMovedError",
    "JourneyCounts",
    "KnownJournal",
    "KnownJournals",
    "Lease",
    "LeaseLostError",
    "Leases",
    "Ledger",
    "Limits",
    "LiveSpec",
    "Miscount",
    "Move",
    "OpenedAttempt",
    "Operations",
    "Override",
    "PassageLine",
    "PassageRecords",
    "Passages",
    "PastPassages",
    "People",
    "Reports",
    "Revision",
    "Said",
    "Shares",
    "Signal",
    "Snapshot",
    "SpecChange",
    "SpecState",
    "Specs",
    "StaleGenerationError",
    "StepEngagement",
    "Store",
    "StoreError",
    "StoreVersionError",
    "Sweep",
    "SweepKind",
    "Sweeps",
    "Tally",
    "Transaction",
    "Undecided",
    "UndecidedPage",
]
