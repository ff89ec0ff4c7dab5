"""How many rows one transaction takes, so that it is over soon: others wait for their turn meanwhile."""

TARGET_SECONDS = 0.05
"""A transaction is to take so long: far less than the 200 ms that none may, much more than a commit costs."""
FEWEST, FIRST, MOST = 50, 500, 5_000


class Pace:
    def __init__(self) -> None:
        self.rows = min(FIRST, MOST)
        """To be taken by the next transaction, at most."""

    def took(self, rows: int, seconds: float) -> None:
        """Learn from a transaction over so many rows."""
        if seconds > TARGET_SECONDS:
            self.rows = max(min(FEWEST, MOST), rows // 2)
        elif rows >= self.rows and seconds < TARGET_SECONDS / 2:
            self.rows = min(MOST, self.rows * 2)
