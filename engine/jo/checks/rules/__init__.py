"""The rules: a folder for each family of codes, a module for each code, named after its slug."""
