"""Disputes in words: for whoever must settle them, and for the commit that says how they were settled."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.model.vocabulary import status_name

if TYPE_CHECKING:
    from xuncha.sync.values import Dispute, Side


def refusal(disputes: list[Dispute]) -> RefusedError:
    """Return the error for what nobody has settled yet, one dispute a line."""
    lines = [_in_words(each) for each in disputes]
    return RefusedError(
        "disputed",
        "\n".join([_("both sides have changed the same thing in different ways; nothing was changed"), *lines]),
        _("keep yours with xuncha sync --take ours, or theirs with xuncha sync --take theirs; all else is brought together either way"),
    )  # fmt: skip


def _in_words(dispute: Dispute) -> str:
    place = _place(dispute)
    if dispute.location:
        ours, theirs = (_value(dispute, each) for each in (dispute.ours, dispute.theirs))
        return _("{what}: here {ours}, there {theirs}").format(what=place, ours=ours, theirs=theirs)
    if dispute.why:
        return _("{what}: changed on both sides, and {why}").format(what=place, why=dispute.why)
    return _("{what}: here and there are different files of this name").format(what=place)


def settlement(disputes: list[Dispute], take: Side | None) -> str:
    """Return how disputes were settled, as the commit says it; empty where there were none."""
    if not disputes or take is None:
        return ""
    side = "取本方" if take == "ours" else "取对方"
    return f"{side}：{'；'.join(map(_place, disputes))}"


def _place(dispute: Dispute) -> str:
    """Return what is in dispute, as people find it."""
    place = str(Identity.of_file(dispute.path) or dispute.path)
    return " ".join([place, ".".join(map(str, dispute.location))]).strip()


def _value(dispute: Dispute, value: object) -> str:
    if value is None:
        return _("nothing")
    if dispute.location == ("status",):
        value = status_name(str(value))
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return _("“{text}”").format(text=text)
