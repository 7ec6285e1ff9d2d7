"""Work of several clones brought together: joined in git, renumbered where numbers clash, merged field by field."""
