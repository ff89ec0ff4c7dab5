"""`python -m jo`."""

from jo.cli.main import main

main()
