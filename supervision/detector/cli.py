"""Commands of the registry."""

from __future__ import annotations

from pathlib import Path

import click

from supervision.core.actor import SYSTEM
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput
from supervision.detector import keeping, queries, registration, service

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


@detector_group.command("verify")
def verify() -> None:
    """Hash every stored file anew; exit 1 where one is missing or different."""
    bad = 0
    for model in queries.stored():
        if keeping.is_as_registered(model):
            continue
        bad += 1
        click.echo(f"{model.label}: {model.sha256} is missing or different")
        with transaction():
            found = queries.by_id(model.id)
            if found is not None:
                service.tell_of_damage(found)
    if bad:
        raise click.ClickException(f"{bad} files are missing or different")
    click.echo("all files are as they were registered")
