"""Diagnostics: what jo has to say about an author's files, as values.

Owns the diagnostic, the positions it points at, and the one table of codes. Knows nothing of YAML,
of the model or of how a diagnostic is shown.
"""
