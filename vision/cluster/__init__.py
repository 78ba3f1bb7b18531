"""The same worker on several machines: Ray places groups of cameras, the web's leases own them."""
