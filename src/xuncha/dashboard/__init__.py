"""The dashboard (看板): how a ledger stands, on one page to look at."""
