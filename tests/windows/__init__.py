"""Windows, as far as it can be tried elsewhere; what cannot be is listed in docs/windows.md."""
