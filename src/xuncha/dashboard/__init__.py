"""The dashboard (看板): the state of a ledger on one page; `content` decides who may see what (docs/adr/0012)."""
