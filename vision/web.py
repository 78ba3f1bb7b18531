"""The web's endpoints as the worker calls them; everything is dialled from here."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from vision.contract import (
    API_PREFIX,
    CONTRACT_VERSION,
    GROUP_HEADER,
    HEADER,
    TAKEN_HEADER,
    WORK_HEADER,
    ContractError,
    Heartbeat,
    JobResult,
    LeaseAsk,
    LeaseGrant,
    NodeConfig,
    NodeWork,
    parse,
    to_json,
)

CONNECT_S, READ_S = 5.0, 30.0
NO_ROOM = 507  # for evidence, while everything else goes on
_CHUNK = 256 * 1024


class WebRefusedError(Exception):
    """401 or 403: the token is wrong, expired or revoked. Retrying will not help."""


class WebUnavailableError(Exception):
    """Timeouts, 5xx and everything else that passes by itself.

    ``answered`` where the web is there and only this request failed.
    """

    def __init__(self, message: str, *, answered: bool = False) -> None:
        super().__init__(message)
        self.answered = answered


class _Bearer(requests.auth.AuthBase):
    """Set as the session's auth, so that no netrc of the machine replaces the token."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    problem: str = ""


class WebClient:
    """One session with the web; each thread uses its own.

    ``on_work`` is called whenever an answer says that something waits for this node.
    """

    def __init__(
        self,
        web_url: str,
        token: str,
        *,
        read_s: float = READ_S,
        on_work: Callable[[], None] = lambda: None,
    ) -> None:
        self._on_work = on_work
        self._base = f"{web_url}{API_PREFIX}"
        self._timeout = (CONNECT_S, read_s)
        self._session = requests.Session()
        self._session.auth = _Bearer(token)
        self._session.headers[HEADER] = str(CONTRACT_VERSION)
        # A proxy of the machine cannot reach this machine's own loopback for us.
        loopback = urlsplit(web_url).hostname in ("127.0.0.1", "::1", "localhost")
        self._session.trust_env = not loopback

    def speak_for(self, group: str) -> None:
        """Say which group of a cluster asks: what is to be done is given to whom it concerns."""
        self._session.headers[GROUP_HEADER] = group

    def fetch_config(self, etag: str) -> tuple[NodeConfig, str] | None:
        """The node's configuration and its ETag, or None where it has not changed."""
        headers = {"If-None-Match": etag} if etag else {}
        response = self._call("GET", "/config", headers=headers)
        if response.status_code == requests.codes.not_modified:
            return None
        if response.status_code != requests.codes.ok:
            raise WebUnavailableError(f"the web answered {response.status_code} to /config")
        try:
            return parse(NodeConfig, response.json()), response.headers.get("ETag", "")
        except (ContractError, ValueError) as error:
            raise WebUnavailableError(
                f"the web sent a configuration that breaks the contract: {error}"
            ) from error

    def heartbeat(self, beat: Heartbeat) -> str:
        """Report; returns the web's ``config_version``."""
        response = self._call("POST", "/heartbeat", json=to_json(beat))
        if response.status_code != requests.codes.ok:
            raise WebUnavailableError(f"the web answered {response.status_code} to the heartbeat")
        try:
            return str(response.json().get("config_version", ""))
        except ValueError as error:
            raise WebUnavailableError("the web's answer to the heartbeat is not JSON") from error

    def ask_leases(self, ask: LeaseAsk, timeout_s: float) -> LeaseGrant:
        """Whose cameras are whose. An answer that is later than ``timeout_s`` is of no use."""
        timeout = (timeout_s, timeout_s)
        response = self._call("POST", "/leases", json=to_json(ask), timeout=timeout)
        if response.status_code != requests.codes.ok:
            raise WebUnavailableError(
                f"the web answered {response.status_code} to /leases: {_problem(response)}"
            )
        try:
            return parse(LeaseGrant, response.json())
        except (ContractError, ValueError) as error:
            raise WebUnavailableError(
                f"the web sent leases that break the contract: {error}"
            ) from error

    def post_event(self, body: str) -> Answer:
        headers = {"Content-Type": "application/json"}
        return _answer(self._call("POST", "/violations", data=body.encode(), headers=headers))

    def post_events(self, bodies: Sequence[str]) -> list[Answer] | None:
        """Several in one request, each answered by itself; None where the web takes none so."""
        headers = {"Content-Type": "application/x-ndjson"}
        data = "\n".join(bodies).encode()
        response = self._call("POST", "/violations/batch", data=data, headers=headers)
        if response.status_code != requests.codes.ok:
            return None
        try:
            answers = [
                Answer(
                    int(one["status"]), f"{one.get('field', '')}: {one.get('problem', '')}"[:300]
                )
                for one in response.json()["answers"]
            ]
        except (ValueError, KeyError, TypeError):
            return None
        return answers if len(answers) == len(bodies) else None

    def put_evidence(self, event_id: str, sha256: str, path: Path, media_type: str) -> Answer:
        with path.open("rb") as stream:
            response = self._call(
                "PUT",
                f"/violations/{event_id}/evidence/{sha256}",
                data=stream,
                headers={"Content-Type": media_type},
            )
        return _answer(response)

    def fetch_work(self) -> NodeWork:
        """Jobs that are this node's from now on, and the cameras somebody looks at."""
        response = self._call("GET", "/jobs")
        if response.status_code != requests.codes.ok:
            raise WebUnavailableError(f"the web answered {response.status_code} to /jobs")
        try:
            return parse(NodeWork, response.json())
        except (ContractError, ValueError) as error:
            raise WebUnavailableError(f"the web sent work that breaks the contract: {error}") from (
                error
            )

    def fetch_source(self, job_id: str, sha256: str, path: Path) -> Answer:
        """A job's file into ``path``; what arrives damaged raises :class:`WebUnavailableError`."""
        with self._call("GET", f"/jobs/{job_id}/source", stream=True) as response:
            if response.status_code != requests.codes.ok:
                return _answer(response)
            digest = hashlib.sha256()
            try:
                with path.open("wb") as out:
                    for chunk in response.iter_content(_CHUNK):
                        digest.update(chunk)
                        out.write(chunk)
            except requests.RequestException as error:
                raise WebUnavailableError(f"a job's file broke off: {type(error).__name__}") from (
                    error
                )
        if digest.hexdigest() != sha256:
            raise WebUnavailableError("a job's file arrived with another hash", answered=True)
        return Answer(response.status_code)

    def fetch_model(
        self, sha256: str, path: Path, *, most: int, came: Callable[[int], bool]
    ) -> Answer:
        """Weights into ``path``, going on where it ends; no more than ``most`` bytes (then 413).

        ``came`` hears how many bytes are there and says whether to go on. What was cut off raises
        :class:`WebUnavailableError` and stays. Whether the bytes are the right ones is not
        asked here.
        """
        have = path.stat().st_size if path.exists() else 0
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
        address = f"/models/{sha256}"
        with self._call("GET", address, headers=headers, stream=True) as response:
            goes_on = response.status_code == requests.codes.partial_content
            if not goes_on and response.status_code != requests.codes.ok:
                return _answer(response)
            if goes_on and not response.headers.get("Content-Range", "").startswith(
                f"bytes {have}-"
            ):
                path.unlink(missing_ok=True)
                raise WebUnavailableError("the web sent another part of a model", answered=True)
            try:
                with path.open("ab" if goes_on else "wb") as out:
                    for chunk in response.iter_content(_CHUNK):
                        if out.tell() + len(chunk) > most:
                            return Answer(requests.codes.request_entity_too_large)
                        out.write(chunk)
                        if not came(out.tell()):
                            raise WebUnavailableError("the worker ends", answered=True)
                    out.flush()
                    os.fsync(out.fileno())
            except requests.RequestException as error:
                raise WebUnavailableError(f"a model broke off: {type(error).__name__}") from error
        return Answer(response.status_code)

    def put_file(self, job_id: str, sha256: str, path: Path, media_type: str) -> Answer:
        with path.open("rb") as stream:
            headers = {"Content-Type": media_type}
            address = f"/jobs/{job_id}/file/{sha256}"
            return _answer(self._call("PUT", address, data=stream, headers=headers))

    def post_result(self, result: JobResult) -> Answer:
        return _answer(self._call("POST", f"/jobs/{result.job_id}/result", json=to_json(result)))

    def put_live(self, camera_id: str, jpeg: bytes, taken_at: datetime) -> Answer:
        headers = {"Content-Type": "image/jpeg", TAKEN_HEADER: taken_at.isoformat()}
        return _answer(self._call("PUT", f"/live/{camera_id}", data=jpeg, headers=headers))

    def close(self) -> None:
        self._session.close()

    def _call(self, method: str, path: str, **more: Any) -> requests.Response:
        timeout = more.pop("timeout", self._timeout)
        try:
            response = self._session.request(
                method, self._base + path, timeout=timeout, allow_redirects=False, **more
            )
        except requests.RequestException as error:
            raise WebUnavailableError(
                f"the web cannot be reached: {type(error).__name__}"
            ) from error
        code = response.status_code
        if code in (requests.codes.unauthorized, requests.codes.forbidden):
            raise WebRefusedError(f"the web refused the node token ({code}): {_problem(response)}")
        passing = (requests.codes.request_timeout, requests.codes.too_many_requests)
        if (code >= requests.codes.server_error and code != NO_ROOM) or code in passing:
            raise WebUnavailableError(f"the web answered {code}", answered=True)
        if response.headers.get(WORK_HEADER):
            self._on_work()
        return response


def _answer(response: requests.Response) -> Answer:
    return Answer(response.status_code, "" if response.ok else _problem(response))


def _problem(response: requests.Response) -> str:
    try:
        body = response.json()
        return str(body.get("error") or body)[:300] if isinstance(body, dict) else str(body)[:300]
    except (ValueError, json.JSONDecodeError):
        return response.reason or ""
