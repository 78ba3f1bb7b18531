"""The start page: what waits for this person, from every slice's card."""
