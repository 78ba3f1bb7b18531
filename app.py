"""`python app.py` serves Anqi; `gunicorn app:app` does so with more workers."""

from __future__ import annotations

from supervision.factory import create_app, to_stay
from supervision.settings import Settings


def __getattr__(name: str) -> object:
    # Built on first use, so that importing this module needs no environment.
    if name == "app":
        return to_stay(create_app(Settings.from_env()))
    raise AttributeError(name)


def main() -> None:
    """Serve with gunicorn on ``ANQI_BIND``."""
    from supervision.serve import serve

    serve(Settings.from_env())


if __name__ == "__main__":
    main()
