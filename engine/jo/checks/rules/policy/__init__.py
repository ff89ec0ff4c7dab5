"""J8: what a policy allows."""
