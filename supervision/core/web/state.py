"""What the application was started with."""

from __future__ import annotations

from flask import current_app

from supervision.settings import Settings


def settings() -> Settings:
    found: Settings = current_app.extensions["anqi_settings"]
    return found
