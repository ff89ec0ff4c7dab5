"""Apply: from a reviewed plan to the store, all changes and the record of them in one transaction."""
