"""J9: settings, secrets and the surroundings."""
