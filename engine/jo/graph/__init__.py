"""Graphs: what can be said about the ways through a program, and between resources, from their text alone.

Owns the program as a graph, its circles, ends and times, and the drawings of both kinds of graph. Knows
neither files nor positions nor diagnostics: it finds, and the rules in `jo.checks` say what it means.
"""
