"""The one file per enterprise: registry, regions, people, timeline."""
