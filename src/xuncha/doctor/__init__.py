"""The doctor: finds what is wrong around a ledger (git, leftovers, files, the computer), and says how to repair it. It changes nothing."""
