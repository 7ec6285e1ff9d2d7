"""What is wrong around a ledger, and how to mend it: git, its repository, its remains, the files, the computer. Changes nothing."""
