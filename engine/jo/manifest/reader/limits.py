"""How much of anything one file may hold. Bombs stop here, long before they cost time or memory."""

FILE_BYTES = 1 << 20
DEPTH = 30
"""Nested mappings and lists, those reached through an alias included."""
ALIASES = 50
"""Uses of anchors in one file."""
ALIASED_VALUES = 10_000
"""Values that the aliases of one file may stand for together, so that nesting them buys nothing."""
VALUES = 100_000
"""Keys aside, as they are written; a value takes two characters at least."""
FAULTS = 50
"""Faults after which a file is read no further."""
INTEGER = 1 << 53
"""The largest whole number that a double still tells from its neighbors."""
