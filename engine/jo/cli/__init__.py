"""The command line: arguments in, an exit code out. Only views write to the terminal."""
