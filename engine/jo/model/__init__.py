"""What a project declares, as frozen typed values: the kinds, steps, addresses and the project itself.

A model value's fields are named after the schema's properties (a trailing underscore where Python needs
one), so that the canonical form of a value is again a document of its kind. Knows no file, position or
database.
"""
