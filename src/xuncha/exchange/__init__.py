"""Import the tables and notices of offices into a ledger, and export a ledger as the files that offices use (docs/adr/0013).

A table becomes a grid of cells, which is read by a form (docs/adr/0029). A grid or a notice becomes a draft, and a draft becomes files.
"""
