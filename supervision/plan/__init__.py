"""The annual plan: what is inspected, how often, whom the draw names, and how far it has come."""
