"""The pages of the desk, and the actions that their forms ask for: a page or an action a file, all in the same steps.

A page reads the ledger and shows it. An action reads its form, calls the function that the command line calls too, and leads
back to a page; where it is refused, it shows the form again with the reason and with all that was typed.
"""
