"""The ladder: who is told of a deadline, when, and who is told next when nothing happens."""
