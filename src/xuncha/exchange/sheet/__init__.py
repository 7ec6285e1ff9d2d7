"""Spreadsheets: the ledgers that offices keep in Excel, read and written."""
