"""The demonstration: a believable Chinese sales team with half a year of history, the same for a seed and a moment."""
