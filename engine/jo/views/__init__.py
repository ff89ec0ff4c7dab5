"""Views: one module per output format. They alone write for people and programs outside.

A view is given a report and turns it into text; it leaves nothing out and decides nothing.
"""
