"""Manifests: from the text of YAML files to a typed project, with the place of every value beside it."""
