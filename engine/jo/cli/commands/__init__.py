"""One module per command, each with a click `command` that returns an exit code."""
