"""Papers (公文): what a document consists of, the templates that say it, and the forms it takes. Knows no ledger."""
