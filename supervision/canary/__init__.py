"""Trials of new weights on chosen cameras, and what people's verdicts say of them."""
