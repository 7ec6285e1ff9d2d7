"""Windows, as far as it can be simulated; docs/windows.md lists what cannot."""
