"""Time: durations, zones, working calendars, windows and recurrence, all as pure functions.

Instants are aware UTC datetimes; `now` is always an argument. Knows nothing of people or programs.
"""
