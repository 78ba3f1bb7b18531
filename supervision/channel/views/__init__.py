"""HTTP of channels: their administration, the log of deliveries, and one's own wishes."""
