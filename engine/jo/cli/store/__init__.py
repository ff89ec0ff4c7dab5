"""The commands for the store itself: `jo store backup`, `check`, `upgrade` and `recount`."""
