"""Documents of an enterprise, and its dossier."""
