"""The reports (内部材料): what is said inside the house of a ledger: the weekly one, the dispatch, the plan, reminder and warning letters.

They name leaders and offices, and tell what is withheld from the public; each is marked 内部资料. What stays out of them
as well: the notes and reasons that were given to commands.
"""
