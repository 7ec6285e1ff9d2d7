"""Input that nobody would write, made up by machines: whatever comes, a reader reads it or refuses it with a sentence, and soon."""
