"""The composition root: builds adapters from settings, and nothing else does.

Adapters are imported inside the functions that choose them, so a command pays for what it uses. Secrets are
revealed here, right before they are handed over.
"""

from jo.wiring.journals import foresee, has_journal_setting, open_journals, try_journal
from jo.wiring.links import load_keys, load_site, open_probe, open_renderer
from jo.wiring.reconciler import build_services, open_loop
from jo.wiring.relays import open_mailer, relay_limits, relay_trouble
from jo.wiring.serving import open_web
from jo.wiring.sources import open_refresher, open_warehouse
from jo.wiring.stores import (
    backup_store,
    check_store,
    open_run_lock,
    open_store,
    open_store_to_read,
    refuse_newer_store,
    store_alone,
    store_file,
    upgrade_store,
)

__all__ = [
    "backup_store",
    "build_services",
    "check_store",
    "foresee",
    "has_journal_setting",
    "load_keys",
    "load_site",
    "open_journals",
    "open_loop",
    "open_mailer",
    "open_probe",
    "open_refresher",
    "open_renderer",
    "open_run_lock",
    "open_store",
    "open_store_to_read",
    "open_warehouse",
    "open_web",
    "refuse_newer_store",
    "relay_limits",
    "relay_trouble",
    "store_alone",
    "store_file",
    "try_journal",
    "upgrade_store",
]
