"""Many ledgers side by side: rows of measures, counted by an engine (docs/adr/0033).

`sources` finds ledgers, `process` and `worker` read them in separate processes, `storage` caches what was read, `queries` asks
an `engine`, `selection` decides which ledger of a unit counts, `content` decides what the public may see, `documents` writes the output.
"""
