"""Flow: what happens to people, as decisions on values.

Owns the states of passages, intents and attempts, and every decision about one of them. Given the same
values it gives the same answer: no clock, no database, no chance. The shell performs what is decided here.
"""
