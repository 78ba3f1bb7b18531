"""Build and checking tools. Standard library only, so that they run before anything is installed."""
