"""The command line. Each family of verbs has a file, which reads options, calls one function, and prints."""
