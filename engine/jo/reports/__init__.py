"""Reports: what commands and pages show, as values that every output format is given alike."""
