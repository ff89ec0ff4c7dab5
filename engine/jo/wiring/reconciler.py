"""The reconciler: its services over a store, in their order, with what they talk to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING

from jo.timing.rates import Rate, parse_rate
from jo.wiring.journals import open_journals, time_of
from jo.wiring.links import load_site, open_probe, open_renderer
from jo.wiring.relays import open_mailer, relay_limits
from jo.wiring.sources import open_refresher
from jo.workspace.settings import Settings

if TYPE_CHECKING:
    from jo.daemon.clocks import ClockKind, FastClock, RealClock
    from jo.daemon.journaling import Journaling
    from jo.daemon.loop import Loop
    from jo.daemon.service import Service, Tell, Worker
    from jo.flow.limits import RelayLimits
    from jo.ports.clock import Clock
    from jo.ports.links import LinkProbe
    from jo.ports.mailer import Mailer
    from jo.ports.refresher import Refresher
    from jo.ports.rendering import LogicRenderer
    from jo.ports.store import Store
    from jo.render.compiled import Site


@contextmanager
def open_loop(
    settings: Settings,
    store: Store,
    clock: RealClock | FastClock,
    worker: Worker,
    tell: Tell,
    *,
    waits: bool,
) -> Iterator[Loop]:
    """Build the reconciler over a store; what it has opened is closed at the end. Raises WorldError.

    With `waits`, a refresh is over at the instant at which it began.
    """
    from jo.daemon.gate import Gate
    from jo.daemon.journaling import Journaling
    from jo.daemon.loop import Loop

    site = load_site(settings)
    with ExitStack() as stack:
        journals = open_journals(settings)
        if journals is not None:
            stack.enter_context(closing(journals))
        journaling = Journaling(store, journals, worker)
        services = build_services(
            store=store,
            refresher=stack.enter_context(closing(open_refresher(settings))),
            waits=waits,
            mailer=stack.enter_context(closing(open_mailer(settings))),
            renderer=stack.enter_context(closing(open_renderer())),
            site=site,
            probe=open_probe(site),
            journaling=journaling,
            clock=clock,
            kind=clock.kind,
            limits=relay_limits(settings),
            release_rate=parse_rate(settings.run.release_rate),
            worker=worker,
            tell=tell,
        )
        gate = Gate(store, journaling, clock.kind, worker, tell, time_of(settings.run.hold_after))
        yield Loop(store, services, clock, clock.kind, gate, worker, tell)
        journaling.end(clock.now())


def build_services(
    *,
    store: Store,
    refresher: Refresher,
    waits: bool,
    mailer: Mailer,
    renderer: LogicRenderer,
    site: Site,
    probe: LinkProbe,
    journaling: Journaling,
    clock: Clock,
    kind: ClockKind,
    limits: Mapping[str, RelayLimits],
    worker: Worker,
    tell: Tell,
    release_rate: Rate | None = None,
) -> Sequence[Service]:
    """Return the reconciler's services in the order in which they run within one instant.

    With `waits`, a refresh is over at the instant at which it began.
    """
    from jo.daemon.advance import Advance
    from jo.daemon.arrivals import Arrivals
    from jo.daemon.compose import Composer
    from jo.daemon.enroll import Enroll
    from jo.daemon.live import LiveCache
    from jo.daemon.outreaches import Outreaches
    from jo.daemon.readiness import Readiness
    from jo.daemon.refresh import Refresh
    from jo.daemon.release import RATE, Release
    from jo.daemon.rescue import Rescue
    from jo.daemon.send import Send
    from jo.daemon.sweeping import Sweeping
    from jo.daemon.tidy import Tidy
    from jo.daemon.traffic import Traffic

    cache = LiveCache()
    composer = Composer(site, renderer.run)
    traffic = Traffic(limits, clock, kind, worker)
    refresh = Refresh(store, refresher, cache, worker, tell, waits=waits)
    return (
        Sweeping(store, worker),
        Rescue(store, cache, worker, tell),
        Tidy(store, worker),
        refresh,
        Readiness(store, cache),
        Arrivals(store, worker, tell),
        Outreaches(store, cache, refresh, worker, tell),
        Enroll(store, cache, worker, tell),
        Advance(store, cache, worker, tell),
        Release(store, worker, release_rate or RATE),
        Send(store, cache, mailer, composer, probe, journaling, traffic, clock, worker, tell),
    )
