"""The reconciler: brings what is so to what was applied, one small service per concern.

Each service has `run_once(now)` and `next_at(now)`; work is found by a query on state, so anything may run
twice and nothing depends on having run before. Services know ports, never an adapter.
"""
