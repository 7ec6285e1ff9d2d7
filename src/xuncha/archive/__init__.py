"""The whole case in one file for the record office (归档): made from a commit alone, and checked without trusting the file (docs/adr/0019)."""
