"""`jo store`: the store itself, as a file or a database."""

import click

from jo.cli.store import backup, check, recount, upgrade


@click.group("store", no_args_is_help=True)
def command() -> None:
    """Back up, check or upgrade the store, jo's memory of who is where and what was sent."""


command.add_command(backup.command)
command.add_command(check.command)
command.add_command(upgrade.command)
command.add_command(recount.command)
