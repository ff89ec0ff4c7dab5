"""J3: the ways through a program."""
