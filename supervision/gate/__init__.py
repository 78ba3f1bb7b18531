"""Whether what a camera records may prove a penalty (Administrative Penalties Law, art. 41)."""
