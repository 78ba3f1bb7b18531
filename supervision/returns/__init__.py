"""What enterprises report of a period: quarter, year and local returns."""
