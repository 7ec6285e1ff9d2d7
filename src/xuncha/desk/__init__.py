"""The ledger in a browser. One click is one commit, made by the same functions as on the command line.

A page or an action is a file in `pages`; its routes are in `application`. `gate` checks every request first.
"""
