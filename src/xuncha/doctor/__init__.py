"""The doctor: finds what is wrong around a ledger (git, its repository, leftovers, files, the computer) and how to repair it. It changes nothing."""
