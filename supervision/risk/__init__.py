"""Site plans, risk points and their four colours."""
