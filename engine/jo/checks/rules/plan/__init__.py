"""J7: what a plan must not do to people unasked."""
