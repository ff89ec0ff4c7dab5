"""J0: what the reader refuses in a YAML file."""
