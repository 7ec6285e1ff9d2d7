"""Documents (公文): their outline, the templates that fill it, and the forms in which they are written. Knows nothing of ledgers."""
