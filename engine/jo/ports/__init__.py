"""Ports: what the shell needs of the world, as Protocols and the values they exchange. No I/O."""
