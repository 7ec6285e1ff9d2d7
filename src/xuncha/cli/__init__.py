"""The command line: a file for each family of commands, which reads options, calls one function, and prints (docs/adr/0023).

Only `screen` prints; only `app` catches errors and chooses the exit code.
"""
