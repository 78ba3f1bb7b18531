"""People of an enterprise: posts, certificates, training."""
