"""The pages of the desk and the actions of their forms, by subject, all with the same steps.

A page reads the ledger and shows it. An action reads its form, calls the same function as the command line, and redirects
to a page; if it is refused, its form is shown again with the reason and all that was typed.
"""
