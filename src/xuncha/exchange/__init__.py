"""In and out: what offices have already becomes a ledger, and a ledger becomes what offices are used to."""
