"""The part of `launch.yml` about DNS records that must stay as they are."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Self

from pydantic import Field, model_validator

from bot.config.names import BadName, ascii_name, shown
from bot.config.section import Section
from bot.config.values import HostName, Range, RecordType, Text, refuse

RULES = ("equals", "contains", "cname_to", "proxied_by", "any_in")
_FOR_ADDRESSES = ("proxied_by", "any_in")


class Record(Section):
    """A DNS record that must stay as it is; one rule for each."""

    type: RecordType = Field(description="A, AAAA, CNAME, MX, NS, TXT or CAA")
    name: HostName | None = Field(default=None, description="Name of the record, where it is not the host itself")
    equals: tuple[Text, ...] = Field(default=(), description="All values, in any order")
    contains: Text | None = Field(default=None, description="Text that one of the values must have")
    cname_to: HostName | None = Field(default=None, description="Name that it must be an alias of")
    proxied_by: Text | None = Field(
        default=None, description="Edge whose addresses it must have, whichever they are: cloudflare"
    )
    any_in: Range | None = Field(default=None, description="Range that must hold every address: 203.0.113.0/24")

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        given = [rule for rule in RULES if getattr(self, rule)]
        if len(given) != 1:
            what = f"{given[0]} and {given[1]}" if given else "no rule"
            raise refuse(f"a record has one rule, this one has {what}; write one of {', '.join(RULES)}")
        if given[0] in _FOR_ADDRESSES and self.type not in ("A", "AAAA"):
            raise refuse(f"{given[0]} is about addresses; write type: A or AAAA beside it")
        if given[0] == "cname_to" and self.type != "CNAME":
            raise refuse("cname_to is about an alias; write type: CNAME beside it")
        for value in self.equals:
            plain(self.type, value)
        return self


def plain(type: str, value: str) -> str:
    """A value as DNS answers show it: lower-case names without a final dot, addresses in their shortest form.

    Raises:
        PydanticCustomError: Where it cannot be a value of a record of this type; one sentence.
    """
    text = value.strip()
    if type in ("A", "AAAA"):
        return _address(type, text)
    if type in ("CNAME", "NS"):
        return _name(text)
    if type == "MX":
        number, _, host = text.partition(" ")
        if not number.isascii() or not number.isdigit() or int(number) > 65535:
            raise refuse(f'"{shown(text)}" is not a mail server; write priority and name: "10 mail.example.com"')
        return f"{int(number)} {'.' if host.strip() == '.' else _name(host)}"
    return text


def _address(type: str, text: str) -> str:
    try:
        address = ip_address(text)
    except ValueError:
        raise refuse(f'"{shown(text)}" is not an address; write one such as 203.0.113.7') from None
    if (address.version == 6) is not (type == "AAAA"):
        raise refuse(f"{shown(text)} is no address for an {type} record; IPv4 stands in A, IPv6 in AAAA")
    return str(address)


def _name(text: str) -> str:
    try:
        return ascii_name(text)
    except BadName as error:
        raise refuse(str(error)) from None
