"""The desk: the ledger in a browser. One click is one commit, by the same functions as on the command line.

A page or an action is a file in `pages`; its routes stand in `application`. Before any of them, `gate` decides who asks.
"""
