"""Made-up tables in the styles of real ones, each with the expected reading; see `description`."""
