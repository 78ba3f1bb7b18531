"""Mail: one plain-text letter at a time over SMTP (RFC 5321), with TLS wherever there is any."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from types import TracebackType
from typing import Any, Self

from supervision.channel.rules import Security
from supervision.core import dialling, outbound
from supervision.core.outbound import SendError


@dataclass(frozen=True, slots=True)
class MailServer:
    """How the server is reached; ``sender`` is the address that letters come from."""

    host: str
    port: int
    security: Security
    username: str
    password: str
    sender: str
    sender_name: str
    allowed: Sequence[str]


@dataclass(frozen=True, slots=True)
class Letter:
    uid: str
    to: str
    subject: str
    text: str
    is_urgent: bool = False


def compose(server: MailServer, letter: Letter, now: datetime) -> bytes:
    """The letter as bytes. The same ``uid`` gives the same Message-ID: mailboxes drop a repetition."""
    message = EmailMessage()
    user, _, domain = server.sender.rpartition("@")
    message["From"] = Address(_line(server.sender_name), user, domain)
    message["To"] = letter.to
    message["Subject"] = _line(letter.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{letter.uid}@{domain}>"
    # RFC 3834: no holiday reply to a machine.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Anqi-Delivery"] = letter.uid
    if letter.is_urgent:
        message["Importance"] = "high"
    message.set_content(letter.text)
    return message.as_bytes()


def _line(words: str) -> str:
    return " ".join(words.split())


class _Checked(smtplib.SMTP):
    """Goes to a checked address only."""

    allowed: Sequence[str] = ()

    def _get_socket(self, host: str, port: int, _timeout: float) -> socket.socket:
        found = outbound.connect(host, port, self.allowed)
        found.settimeout(outbound.READ_S)
        return found


class _CheckedTls(smtplib.SMTP_SSL, _Checked):
    """The same, with TLS from the first byte."""


class Post:
    """An open connection to the mail server; letters go through it one after the other."""

    def __init__(self, server: MailServer) -> None:
        self.server = server
        self._open: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        self._leave(politely=True)

    def send(self, letter: Letter, now: datetime) -> str:
        """Send; returns the server's answer. Raises SendError."""
        try:
            with outbound.told(), _answers():
                connection = self._connected()
                with outbound.limited(connection):
                    return self._hand_in(connection, letter, now)
        except SendError as error:
            # A server that refused one reader is fine for the next; any other state is unknown.
            self._leave(politely=error.is_final)
            raise error.without(self.server.password) from None

    def _hand_in(self, connection: smtplib.SMTP, letter: Letter, now: datetime) -> str:
        code, answer = connection.mail(self.server.sender)
        if code != 250:
            raise SendError("sender_refused", _words(code, answer))
        code, answer = connection.rcpt(letter.to)
        if code not in {250, 251}:
            told = _words(code, answer)
            raise SendError("reader_refused", told, is_final=code >= 500)
        code, answer = connection.data(compose(self.server, letter, now))
        if code != 250:
            raise SendError("letter_refused", _words(code, answer))
        return outbound.tidy(_words(code, answer))

    def _connected(self) -> smtplib.SMTP:
        if self._open is None:
            self._open = self._dial()
        return self._open

    def _dial(self) -> smtplib.SMTP:
        server = self.server
        if server.security is Security.NONE and not dialling.is_listed(server.host, server.allowed):
            raise SendError("not_tls")
        secured = ssl.create_default_context()
        is_tls = server.security is Security.TLS
        # Made without a host: it must know what is allowed before it dials.
        found: Any = _CheckedTls(context=secured) if is_tls else _Checked()
        found.allowed, found._host = server.allowed, server.host  # noqa: SLF001 - set by __init__ only
        found.timeout = outbound.CONNECT_S
        try:
            with outbound.limited(found):
                found.connect(server.host, server.port)
                found.ehlo_or_helo_if_needed()
                if server.security is Security.STARTTLS:
                    found.starttls(context=secured)
                    found.ehlo()
                if server.username:
                    found.login(server.username, server.password)
        except BaseException:
            found.close()
            raise
        connection: smtplib.SMTP = found
        return connection

    def _leave(self, *, politely: bool) -> None:
        connection, self._open = self._open, None
        if connection is None:
            return
        with suppress(OSError, smtplib.SMTPException):
            if politely:
                connection.quit()
        connection.close()


class _answers:  # noqa: N801 - reads as a statement
    """Answers of the server as a SendError."""

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, _kind: type[BaseException] | None, e: BaseException | None, _t: TracebackType | None
    ) -> None:
        if isinstance(e, smtplib.SMTPAuthenticationError):
            raise SendError("sign_in_refused", _words(e.smtp_code, e.smtp_error)) from None
        if isinstance(e, smtplib.SMTPNotSupportedError):
            raise SendError("no_starttls") from None
        if isinstance(e, smtplib.SMTPResponseException):
            raise SendError("refused", _words(e.smtp_code, e.smtp_error)) from None
        if isinstance(e, smtplib.SMTPServerDisconnected) and isinstance(
            e.__context__, TimeoutError
        ):
            raise SendError("timeout") from None
        if isinstance(e, smtplib.SMTPException):
            raise SendError("broken_off") from None


def _words(code: int, answer: bytes | str) -> str:
    said = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {said}"
