"""The whole case in one file for the record office (归档): made of a commit alone, and checked without trusting it."""
