"""The command line. One file for each family of verbs: it reads options, calls one function, and prints."""
