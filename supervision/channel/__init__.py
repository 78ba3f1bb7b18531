"""Further ways for notices: mail to people, signed webhooks and group bots."""
