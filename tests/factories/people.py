"""People with posts, certificates and trainings, written by the services."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from supervision import seeds
from supervision.account import queries as accounts
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import transaction
from supervision.enterprise import queries as enterprises
from supervision.people import certificates, queries, service, training, training_queries
from supervision.people.certificates import CertificateFields
from supervision.people.rules import IdKind, Result, TrainingKind
from supervision.people.service import PersonFields, PostFields
from supervision.people.training import SessionFields
from tests.cast import Cast
from tests.factories.hazards import photo

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def resident_id(serial: int, born: str = "19800101") -> str:
    """A valid number of nobody: its division 000000 does not exist."""
    body = f"000000{born}{serial:03d}"
    total = sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def load_tables() -> None:
    with transaction():
        seeds.load_people_tables()


def person_fields(serial: int = 1, **changes: object) -> PersonFields:
    """Somebody invented who came two years ago."""
    values: dict[str, object] = {
        "name": f"Worker {serial}",
        "id_kind": IdKind.RESIDENT,
        "id_number": resident_id(serial),
        "phone": f"1990000{serial:04d}",
        "department": "Workshop",
        "employed_from": clock.today() - timedelta(days=800),
    }
    return PersonFields(**{**values, **changes})  # type: ignore[arg-type]


def make_person(
    cast: Cast,
    serial: int = 1,
    post: str = "worker",
    *,
    enterprise_id: int | None = None,
    since: date | None = None,
    **changes: object,
) -> int:
    """The id of somebody on the file, in ``post`` since they came."""
    with transaction():
        plant = enterprises.get_enterprise(enterprise_id or cast.plant_id, SYSTEM)
        wanted = person_fields(serial, **changes)
        held = PostFields(post, "", since or wanted.employed_from) if post else None
        return service.enter(plant, SYSTEM, wanted, held).id


def make_certificate(
    person_id: int,
    code: str = "SO-WELDING",
    *,
    ends: int = 400,
    with_scan: bool = False,
    **more: object,
) -> int:
    """The id of a certificate that ends so many days from now, reviewed for the last time."""
    with transaction():
        person = queries.get_person(person_id, SYSTEM)
        last = clock.today() + timedelta(days=ends)
        first = last - timedelta(days=2190)
        values: dict[str, object] = {
            "number": f"T{person_id:08d}{code}",
            "issuer": "Bureau",
            "issued_on": first,
            "valid_from": first,
            "valid_to": last,
            "review_on": last,
        }
        files = [photo(SYSTEM)] if with_scan else []
        fields = CertificateFields(**{**values, **more})  # type: ignore[arg-type]
        return certificates.record(person, SYSTEM, code, fields, files).id


def make_session(
    cast: Cast,
    person_ids: list[int],
    *,
    hours: int = 8,
    result: Result = Result.PASSED,
    days_ago: int = 3,
    enterprise_id: int | None = None,
    title: str = "Safety training",
    recorded: bool = True,
    with_file: bool = False,
) -> int:
    """The id of a training that these people took part in."""
    with transaction():
        plant = enterprises.get_enterprise(enterprise_id or cast.plant_id, SYSTEM)
        held_at = clock.now() - timedelta(days=days_ago)
        wanted = SessionFields(title, TrainingKind.YEARLY, held_at, Decimal(hours), "Content")
        session = training.open_session(plant, SYSTEM, wanted)
        if person_ids:
            training.attend(session, SYSTEM, person_ids)
        if with_file:
            training.add_files(session, SYSTEM, [photo(SYSTEM)])
        if recorded:
            results = {one: (result, Decimal(80)) for one in person_ids}
            training.set_results(session, SYSTEM, results)
            training.record(session, SYSTEM)
        return session.id


def some_people(cast: Cast, enterprise_id: int, mark: str) -> dict[str, int]:
    """Ids of one of everything, for the world; one record is linked to the plant's worker."""
    load_tables()
    with transaction():
        linked = {a.id for a in accounts.members(enterprise_id, SYSTEM)}
    account = cast.accounts["worker"] if cast.accounts["worker"] in linked else None
    person = make_person(
        cast,
        1,
        "special_operations",
        enterprise_id=enterprise_id,
        name=f"{mark} W",
        account_id=account,
    )
    certificate = make_certificate(person, with_scan=True)
    session = make_session(
        cast,
        [person],
        enterprise_id=enterprise_id,
        title=f"{mark} training",
        recorded=False,
        with_file=True,
    )
    found = queries.get_person(person, SYSTEM)
    rule = found.posts[0].kind_id
    return {
        "people.person_id": person,
        "people.post_id": found.posts[0].id,
        "people.certificate_id": certificate,
        "people.scan_id": found.certificates[0].files[0].id,
        "people.session_id": session,
        "people.sheet_id": training_queries.get_session(session, SYSTEM).files[0].id,
        "people.rule_id": rule,
    }
