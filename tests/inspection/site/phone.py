"""A phone's side of the wire, without the phone: batches, photos and signatures as it sends them."""

from __future__ import annotations

import io
import uuid
from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient
from PIL import Image, ImageDraw
from werkzeug.test import TestResponse

from tests.pages import PageClient


def message(kind: str, at: datetime | None = None, **data: object) -> dict[str, Any]:
    """One change, with an id of its own."""
    made_at = (at or datetime.now(UTC)).isoformat()
    return {"client_id": str(uuid.uuid4()), "made_at": made_at, "kind": kind, **data}


def picture(kind: str = "JPEG", *, drawn: bool = True) -> io.BytesIO:
    """A photo, or a signature of one stroke."""
    image = Image.new("RGB", (240, 120), "white")
    if drawn:
        ImageDraw.Draw(image).line((20, 80, 200, 40), fill="black", width=4)
    out = io.BytesIO()
    image.save(out, kind)
    out.seek(0)
    return out


class Phone:
    """Signed in as ``who``, at the page of one inspection."""

    def __init__(self, pages: PageClient, who: str, inspection_id: int) -> None:
        self.client: FlaskClient = pages.as_(who)
        self.account = pages.cast.accounts[who]
        self.base = f"/inspections/{inspection_id}"

    def send(self, *messages: dict[str, Any], **changes: object) -> TestResponse:
        body = {"account": self.account, "messages": list(messages), **changes}
        return self.client.post(f"{self.base}/sync", json=body)

    def results(self, *messages: dict[str, Any], **changes: object) -> list[str]:
        """The status of each message, in order."""
        answer = self.send(*messages, **changes)
        assert answer.status_code == 200, answer.get_data(as_text=True)[:300]
        return [result["status"] for result in answer.get_json()["results"]]

    def photo(self, *, item: object = "", client_id: str = "", **changes: object) -> TestResponse:
        data = {"file": (picture(), "photo.jpg"), "item": str(item), **changes}
        return self._file("photos", client_id, data)

    def sign(
        self, signer: str, name: str, *, client_id: str = "", drawn: bool = True, **changes: object
    ) -> TestResponse:
        file = (picture("PNG", drawn=drawn), "signature.png")
        data = {"file": file, "signer": signer, "name": name, **changes}
        return self._file("signatures", client_id, data)

    def _file(self, where: str, client_id: str, data: dict[str, object]) -> TestResponse:
        fields = {
            "account": str(self.account),
            "client_id": client_id or str(uuid.uuid4()),
            "made_at": datetime.now(UTC).isoformat(),
        }
        return self.client.post(f"{self.base}/{where}", data={**fields, **data})
