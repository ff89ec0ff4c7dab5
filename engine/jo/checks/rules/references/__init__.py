"""J2: names, and the types of what they name."""
