"""The reports (内部材料), for inside the house and marked 内部资料: the weekly one, the dispatch, the plan, letters to offices.

They tell who leads and what is withheld from the public, but not the notes and reasons that were given to commands.
"""
