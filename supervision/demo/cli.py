"""``flask demo build`` and ``flask demo accounts``."""

from __future__ import annotations

import time

import click

from supervision.account.labels import ROLE_LABELS
from supervision.core import clock
from supervision.core.errors import DomainError
from supervision.demo import after, people, scale
from supervision.demo.build import build, is_built


@click.group("demo")
def demo_group() -> None:
    """The demonstration: invented enterprises, people and tickets."""


@demo_group.command("build")
def demo_build() -> None:
    """Fill an empty database; does nothing where that was done before."""
    started = time.monotonic()
    try:
        built = build()
    except DomainError as error:
        raise click.ClickException(str(error)) from None
    if not built.is_new:
        click.echo("the demonstration data are there already")
    else:
        click.echo(
            f"{built.enterprises} enterprises, {built.people} people, {built.hazards} hazards"
            f" in {time.monotonic() - started:.1f} s"
        )
    for line in after.finish(clock.now()):
        click.echo(line)


@demo_group.command("scale")
@click.option("--enterprises", type=click.IntRange(1, 1_000_000), default=100_000)
@click.option("--hazards", type=click.IntRange(0, 10_000_000), default=1_000_000)
@click.option("--again", is_flag=True, help="also where there are enterprises already")
def demo_scale(enterprises: int, hazards: int, *, again: bool) -> None:
    """Fill a database with a city's worth of invented rows, to measure on."""
    started = time.monotonic()

    def tell(what: str, done: int, total: int) -> None:
        click.echo(f"{time.monotonic() - started:6.0f} s  {what} {done:,} of {total:,}")

    try:
        scaled = scale.build(enterprises, hazards, tell, again=again)
    except DomainError as error:
        raise click.ClickException(str(error)) from None
    click.echo(
        f"{scaled.enterprises:,} enterprises, {scaled.hazards:,} hazards, {scaled.events:,} events"
        f" in {time.monotonic() - started:.1f} s; the longest history: /enterprises/{scaled.busiest_id}"
    )


@demo_group.command("accounts")
def demo_accounts() -> None:
    """Who may sign in, one line per role."""
    if not is_built():
        raise click.ClickException("there are no demonstration data; run `flask demo build`")
    for line in account_lines():
        click.echo(line)


def account_lines() -> list[str]:
    """One sign-in per role, as the runner prints them."""
    from supervision.demo.build import enterprise_rows

    row = enterprise_rows()[0]
    everybody = (
        *people.OFFICIALS,
        *people.enterprise_people(0, row["principal"], row["safety_manager"]),
    )
    shown = [p for p in everybody if p.username in people.SHOWN]
    return [
        f"{p.username:12} {people.PASSWORD}   {ROLE_LABELS[p.role]}"
        f"{' ' + p.region if p.region else ''}"
        for p in shown
    ]
