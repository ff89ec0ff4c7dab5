"""The condition language and the time expressions of jo: read, checked, and given their meanings.

Owns the tree, its text, its types, the table of functions, and the two back ends (SQL and Python) that
agree on every value. Knows nothing of programs, of YAML files or of where the data lies; sources are known
by their declared fields alone (`types.Scope`). SQLGlot is used here and nowhere else.
"""
