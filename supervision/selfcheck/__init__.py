"""What enterprises check themselves: lists, rounds, findings, zero reports."""
