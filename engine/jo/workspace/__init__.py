"""The workspace: `jo.toml`, the project's files, and git, as values for everything to the left."""
