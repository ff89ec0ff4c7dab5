"""J1: documents that are not shaped as their schema says."""
