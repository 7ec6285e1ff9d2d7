"""The deadlines of a ledger as a calendar: what is due when, on working days of China, for the calendar of an office.

Internal: it names leaders and offices, and holds what is withheld from the notice.
"""
