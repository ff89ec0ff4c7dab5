"""Checks: what jo finds wrong with a project that could be read, one rule a file.

Owns the rules, their pages (the docstrings below `jo.checks.rules`) and the ignores of authors. Knows neither
files nor how a diagnostic is shown.
"""
