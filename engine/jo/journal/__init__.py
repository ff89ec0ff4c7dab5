"""The journal as files: what was handed over, kept apart from the store. Knows no store and no mail."""
