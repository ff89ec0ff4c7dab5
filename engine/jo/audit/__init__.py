"""The audit: holds a store against what must be so, whatever happened to its workers, relays and disks.

One invariant, one file. Each says what holds, what a violation means and what to do about it, and looks for
violations in one reading transaction: by a query that finds the rows that should not be there, or by walking
through a stream of rows in order. It knows ports, never an adapter.
"""
