"""Stands for a process that computes refreshes and never says anything."""

import sys

if __name__ == "__main__":
    sys.stdin.buffer.read()
