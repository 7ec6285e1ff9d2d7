"""What a ledger is: pure values, no input or output, no clock.

Two views of the same thing: `records` holds every key of every file as pydantic models; `register` holds the flat
rows that counting and listing need, in plain values that cost nothing to import.
"""
