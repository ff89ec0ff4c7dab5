"""Plans: what an apply would change, computed from two states of the same type, as data with many readers.

Knows nothing of files or databases: the desired state comes from git and the live one from the store, but
both are just mappings of address to spec here.
"""
