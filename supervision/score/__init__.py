"""The enterprise safety code: points, each with the record behind it."""
