"""Numbered orders of law: draft to issue, service, extension, re-inspection, closure or void."""
