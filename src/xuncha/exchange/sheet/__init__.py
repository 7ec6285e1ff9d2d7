"""Read and write spreadsheets: the ledgers that offices keep in Excel."""
