"""The dashboard (看板): the state of a ledger on one page."""
