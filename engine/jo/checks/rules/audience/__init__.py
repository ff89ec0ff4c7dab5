"""J6: audiences and the data that they come from."""
