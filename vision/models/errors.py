"""What is raised of a model file, alone here so that its readers need not know each other."""

from __future__ import annotations


class ModelError(Exception):
    """A model file that cannot be used; the message says why and names the file."""


class ChangedError(ModelError):
    """The file is not the one of its hash: damaged on the disk, or somebody else's."""
