"""Commands of the administrator: ``flask --app app ...``."""

from __future__ import annotations

import signal
from collections import Counter
from typing import BinaryIO

import click
from flask import Flask, current_app

from supervision.account import service
from supervision.account.roles import Role
from supervision.core import audit, audit_archive, find
from supervision.core.actor import SYSTEM
from supervision.core.attachments import storage
from supervision.core.db import transaction
from supervision.core.errors import DomainError
from supervision.core.storage_copy import copy_all
from supervision.core.web.state import settings
from supervision.factory import storage_of
from supervision.jobs import Scheduler, all_jobs, run_job
from supervision.seeds import load_all
from supervision.settings import SettingsError


def register(app: Flask) -> None:
    for command in (audit_group, job_group, search_group, storage_group, seed, create_admin):
        app.cli.add_command(command)


def _app() -> Flask:
    """The application itself, for work in other threads, where the proxy leads nowhere."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001
    return app


@click.group("audit")
def audit_group() -> None:
    """The audit trail."""


@audit_group.command("verify")
def audit_verify() -> None:
    """Walk the chain of hashes; exit 1 where it is broken."""
    verdict = audit.verify()
    click.echo(f"sealed {verdict.sealed}, not yet sealed {verdict.unsealed}")
    if verdict.archived:
        click.echo(f"of these archived and dropped {verdict.archived}")
    if not verdict.is_intact:
        raise click.ClickException(f"broken at entry {verdict.broken_at}: {verdict.reason}")
    click.echo("the chain is intact")


@audit_group.command("seal")
def audit_seal() -> None:
    """Seal everything now instead of waiting for the scheduler."""
    total = 0
    while True:
        with transaction():
            count = audit.seal(thorough=True)
        total += count
        if not count:
            break
    click.echo(f"sealed {total}")


@audit_group.command("check-archive")
@click.argument("file", type=click.File("rb"))
@click.option("--alone", is_flag=True, help="Without the database: each line proves itself.")
def audit_check_archive(file: BinaryIO, alone: bool) -> None:
    """Check the archive of a month of the trail; exit 1 where it is not what was sealed."""
    found = audit_archive.check(file, by_seals=not alone)
    if found.broken_line is not None:
        raise click.ClickException(f"line {found.broken_line}: {found.reason}")
    click.echo(f"{found.entries} entries are as they were sealed")


@click.group("jobs")
def job_group() -> None:
    """Background jobs."""


@job_group.command("run")
def jobs_run() -> None:
    """The scheduler: run this once per installation (a second one waits)."""
    scheduler = Scheduler(_app(), all_jobs())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: scheduler.stop())
    scheduler.run()


@job_group.command("list")
def jobs_list() -> None:
    """Every job with its trigger."""
    for job in all_jobs():
        click.echo(f"{job.name:32} {dict(job.trigger)}")


@job_group.command("once")
@click.argument("name")
def jobs_once(name: str) -> None:
    """Run one job now."""
    found = [job for job in all_jobs() if job.name == name]
    if not found:
        raise click.ClickException(f"no job called {name}; see `flask jobs list`")
    click.echo(run_job(_app(), found[0]))


@click.group("search")
def search_group() -> None:
    """The index of what can be searched for."""


@search_group.command("rebuild")
def search_rebuild() -> None:
    """Write it anew from the rows, batch by batch; what is asked meanwhile finds less."""
    with transaction():
        find.forget_all()
    for model in find.searchable_models():
        last, total = 0, 0
        while True:
            with transaction():
                last, count = find.rebuild_batch(model, last)
            total += count
            if not count:
                break
        click.echo(f"{model.__search__.kind}: {total:,}")


@click.group("storage")
def storage_group() -> None:
    """Where photos, clips and papers lie."""


@storage_group.command("check")
def storage_check() -> None:
    """Write something small where files lie, and remove it."""
    try:
        storage().check()
    except OSError as error:
        raise click.ClickException(f"files cannot be written: {error}") from None
    click.echo("files can be written")


@storage_group.command("copy")
@click.option("--to", "kind", type=click.Choice(["s3", "folder"]), default="s3")
def storage_copy(kind: str) -> None:
    """Copy every file from the folder to the bucket, or back; again: only what is new.

    Every file is hashed before it goes; exit 1 where one is missing or different. Copy while all
    runs, set ANQI_STORAGE, restart, and copy once more.
    """
    try:
        source = storage_of(settings(), "folder" if kind == "s3" else "s3")
        counts: Counter[str] = Counter()
        for sha256, outcome in copy_all(source, storage_of(settings(), kind)):
            counts[outcome] += 1
            if outcome in {"missing", "different"}:
                click.echo(f"{sha256}: {outcome}")
    except (OSError, SettingsError) as error:
        raise click.ClickException(f"{error}; what was copied stays, run it again") from None
    click.echo(f"copied {counts['copied']:,}, there already {counts['there']:,}")
    if bad := counts["missing"] + counts["different"]:
        raise click.ClickException(f"{bad:,} files are missing or different")


@click.command("seed")
def seed() -> None:
    """Load regions, criteria and statutory rules; running it again changes nothing more."""
    with transaction():
        for name, count in load_all().items():
            click.echo(f"{name}: {count} new")


@click.command("create-admin")
@click.argument("username")
@click.option("--name", prompt=True)
@click.password_option()
def create_admin(username: str, name: str, password: str) -> None:
    """The first administrator of a new installation."""
    try:
        with transaction():
            service.create_account(
                SYSTEM, username=username, name=name, role=Role.ADMINISTRATOR, password=password
            )
    except DomainError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{username} may sign in now")
