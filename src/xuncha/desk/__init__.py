"""The ledger in a browser: one click is one commit, made by the same functions as on the command line (docs/adr/0031).

Pages and the actions of their forms are in `pages`, their routes in `application`. `gate` checks every request first,
`ledger` queues changes, `jobs` runs our own commands for long work.
"""
