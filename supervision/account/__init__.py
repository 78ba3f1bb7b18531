"""People, roles, sign-in and the tokens of machines."""
