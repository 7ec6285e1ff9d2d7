"""Send a letter to an office: by e-mail to its accounts, or to a group in WeCom or DingTalk."""

from __future__ import annotations

import json
import os
import smtplib
import ssl
import urllib.request
from contextlib import suppress
from email.message import EmailMessage
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import SplitResult, unquote, urlsplit

from xuncha.chinese.characters import without_unsafe
from xuncha.errors import RefusedError, SurroundingsError, cause_of
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xuncha.accounts.account import Account

SMTP: Final = "XUNCHA_SMTP"
"""The environment variable with the mail server: `smtps://USER:PASSWORD@HOST:465/?from=ADDRESS`; `smtp://` uses STARTTLS."""
GROUP: Final = "XUNCHA_WEBHOOK"
"""The environment variable with the address of a group's robot. Both hold secrets, which may not be in a ledger's files."""
_TIMEOUT: Final = 20.0
"""Seconds to wait for a server."""
_MAX_SIZE: Final = 2000
"""Bytes in one message: WeCom accepts 2048, DingTalk more."""


def addresses(accounts: Mapping[str, Account], office: str) -> list[str]:
    """Return the e-mail addresses of an office's accounts. Raises RefusedError if no active account of the office has one."""
    active = [each for each in accounts.values() if each.office == office and not each.disabled]
    emails = [each.email for each in active if each.email]
    if not emails:
        message = _("no account for {office} has an e-mail address", office=office)
        hint = _("add one: xuncha account add NAME --role section --office {office} --email …")
        raise RefusedError("no-address", message, hint.format(office=office))
    return emails


def send_mail(to: Sequence[str], subject: str, text: str, file: tuple[str, bytes]) -> None:
    """Send an e-mail with a Word file, given by name and content; control characters and line ends in the subject become blanks.

    Raises SurroundingsError if no server is set up, or it refuses the mail for some or all addresses.
    """
    example = "smtps://USER:PASSWORD@smtp.example.cn:465/?from=office@example.cn"
    server = _address_from(SMTP, example, "smtp", "smtps")
    user, password = unquote(server.username or ""), unquote(server.password or "")
    message = EmailMessage()
    try:
        message["Subject"] = " ".join(without_unsafe(subject, " ").split())
        message["From"] = _sender(server)
        message["To"] = ", ".join(to)
        message.set_content(text)
        kind = "vnd.openxmlformats-officedocument.wordprocessingml.document"
        message.add_attachment(file[1], maintype="application", subtype=kind, filename=file[0])
        connection = _connected(server)
        try:
            if user:
                connection.login(user, password)
            missed = connection.send_message(message)
        finally:
            with suppress(OSError, smtplib.SMTPException):  # the server has answered already
                connection.quit()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise _not_sent(server.hostname, error) from None
    if missed:
        raise _not_sent(server.hostname, _("not delivered to {names}", names=_(", ").join(missed)))


def _sender(server: SplitResult) -> str:
    """Return the sender's address: `from=` in the server's address, else the user name if it is an address."""
    given = unquote(server.query).removeprefix("from=") or unquote(server.username or "")
    if "@" not in given:
        message = _("the variable {variable} does not give a sender address", variable=SMTP)
        hint = _("add it at the end, like {examples}", examples="?from=office@example.cn")
        raise SurroundingsError("not-set-up", message, hint)
    return given


def _connected(server: SplitResult) -> smtplib.SMTP:
    """Connect to a mail server, with TLS if a password is to be sent; the server's certificate must be valid."""
    context, host, port = ssl.create_default_context(), server.hostname or "", server.port or 0
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT, context=context)
    connection = smtplib.SMTP(host, port, timeout=_TIMEOUT)
    connection.ehlo()
    if connection.has_extn("starttls"):
        connection.starttls(context=context)
    elif server.username:
        connection.close()
        raise SurroundingsError("not-sent", _("the mail server would receive the password in clear text"))
    return connection


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Refuse redirects: urllib would repeat the POST as a GET without the letter."""

    def redirect_request(self, *_given: object) -> None:
        """Follow no redirect."""


def post_to_group(text: str) -> None:
    """Send a text to the group whose robot is set up; a longer text is cut. Raises SurroundingsError if no robot is set up, or it refuses the text."""
    address = _address_from(GROUP, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…", "https", "http")
    short = text.encode()[:_MAX_SIZE].decode(errors="ignore")
    body = {"msgtype": "text", "text": {"content": short + ("…" if short != text else "")}}
    try:
        request = urllib.request.Request(  # noqa: S310  of these two kinds
            address.geturl(), json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=_TIMEOUT) as answer:
            reply: Any = json.loads(answer.read(64 * 1024))
    except (OSError, ValueError, HTTPException, RecursionError) as error:
        # The text of other errors may contain the address, which is a secret.
        reason = cause_of(error) if isinstance(error, OSError) else _("its answer cannot be read")
        raise _not_sent(address.hostname, reason) from None
    if not isinstance(reply, dict) or reply.get("errcode") != 0:
        raise _not_sent(address.hostname, reply.get("errmsg", "") if isinstance(reply, dict) else reply)


def _address_from(variable: str, example: str, *schemes: str) -> SplitResult:
    """Return the address in an environment variable. Raises SurroundingsError if it is empty or no address."""
    value = os.environ.get(variable, "")
    if not value:
        message = _("sending is not set up: the variable {variable} is empty")
        hint = _("write it like {examples}", examples=example)
        raise SurroundingsError("not-set-up", message.format(variable=variable), hint)
    with suppress(ValueError):
        address = urlsplit(value)
        if address.scheme in schemes and address.hostname and (address.port is None or address.port > 0):
            return address
    message = _("the variable {variable} does not contain a valid address", variable=variable)
    raise SurroundingsError("not-set-up", message, _("write it like {examples}", examples=example))


def _not_sent(host: str | None, reason: object) -> SurroundingsError:
    message = _("{host} did not accept it: {reason}", host=host, reason=without_unsafe(str(reason), " "))
    return SurroundingsError("not-sent", message)
