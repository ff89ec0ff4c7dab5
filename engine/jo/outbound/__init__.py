"""Requests that jo makes to others by HTTP."""
