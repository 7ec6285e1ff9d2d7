"""The ledger in a browser. One click is one commit, made by the same functions as on the command line.

Pages and the actions of their forms are in `pages`, their routes in `application`. `gate` checks every request first.
"""
