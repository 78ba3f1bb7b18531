"""Secrets at rest (stream addresses): Fernet, with key rotation."""

from __future__ import annotations

from cryptography.fernet import Fernet, MultiFernet
from flask import current_app


def check_key(data_key: str) -> MultiFernet:
    """``data_key``: one or more Fernet keys, newest first, comma separated. Raises ValueError."""
    return MultiFernet([Fernet(part.strip()) for part in data_key.split(",")])


def _box() -> MultiFernet:
    box: MultiFernet = current_app.extensions["anqi_crypto"]
    return box


def encrypt(text: str) -> str:
    return _box().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    return _box().decrypt(token.encode()).decode()
