"""The work of several clones: joined in git, renumbered where numbers clash, merged field by field."""
