"""J4: schedules, windows and moments."""
