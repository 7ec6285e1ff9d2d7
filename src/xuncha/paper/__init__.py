"""Documents (公文): their outline, the templates that fill it, and the forms in which they are written (docs/adr/0008). A ledger's own templates run in a separate process (docs/adr/0025)."""
