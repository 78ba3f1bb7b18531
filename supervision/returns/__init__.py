"""Period returns: quarterly and yearly statistics of hazards (Order 16, art. 14), local monthly ones."""
