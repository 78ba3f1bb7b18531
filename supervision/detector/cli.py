"""Commands of the registry."""

from __future__ import annotations

from pathlib import Path

import click

from supervision.core.actor import SYSTEM
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput
from supervision.detector import registration

WEIGHTS, CARD = "model.onnx", "card.json"


@click.group("detector")
def detector_group() -> None:
    """Weights of the detector."""


@detector_group.command("register")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def register(folder: Path) -> None:
    """Register FOLDER/model.onnx with FOLDER/card.json as a candidate; exit 1 when refused."""
    try:
        with (
            (folder / CARD).open("rb") as card_file,
            (folder / WEIGHTS).open("rb") as weights,
            transaction(),
        ):
            model = registration.register(SYSTEM, registration.read_card(card_file), weights)
            told = f"{model.label} is registered: {model.sha256}"
    except FileNotFoundError as error:
        raise click.ClickException(f"{error.filename} is missing") from None
    except InvalidInput as error:
        raise click.ClickException(f"{error.field}: {error}") from None
    click.echo(told)
