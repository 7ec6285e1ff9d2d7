"""The command line: a file for each family of commands, which reads options and calls one function (docs/adr/0023). Only `screen` prints; only `app` catches errors."""
