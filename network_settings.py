"""Settings of the network around the house: public address, ports of the sound, TLS, patience."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings

import setting_values as values
from paths import file_name

NARROWEST: Final = 100
"""Ports for the sound of 50 calls; fewer would refuse callers on a busy day."""


def _range(text: str) -> str:
    first, _, last = text.partition("-")
    if not re.fullmatch("[0-9]{1,5}-[0-9]{1,5}", text):
        raise ValueError(f"{text!r} is no range of ports like 10000-20000")
    if not 1024 <= int(first) <= int(last) <= 65535 or int(last) - int(first) < NARROWEST:
        raise ValueError(f"{text!r}: from 1024 to 65535, and at least {NARROWEST} ports")
    return text


class NetworkSettings(BaseSettings):
    """How the network is around the house."""

    sip_public_address: Annotated[str, AfterValidator(values.host_or_nothing)] = Field(
        "",
        description="The address (or host name) under which the outside world sees this machine, "
        "where a router translates addresses (NAT); empty: its own.",
    )
    sip_local_networks: Annotated[str, AfterValidator(values.each(values.network))] = Field(
        "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,127.0.0.0/8",
        description="Networks (comma between them) on this side of that router, the machine's own "
        "among them: they are told its own address, and not the public one.",
    )
    rtp_ports: Annotated[str, AfterValidator(_range)] = Field(
        "10000-20000", description="UDP ports for the sound of calls; a call takes two a side."
    )
    sip_tls_port: int = Field(
        0, ge=0, le=65535, description="TCP port for SIP over TLS; 0: chosen by the system."
    )
    sip_certificate: Annotated[str, AfterValidator(file_name)] = Field(
        "", description="Path of the certificate (PEM) by which trunks know us over TLS."
    )
    sip_key: Annotated[str, AfterValidator(file_name)] = Field(
        "", description="Path of that certificate's private key (PEM)."
    )
    sip_authority: Annotated[str, AfterValidator(file_name)] = Field(
        "",
        description="Path of the certificates (PEM) of those who vouch for trunks over TLS; empty: "
        "those whom the system trusts.",
    )
    sip_answers_within: int = Field(
        6,
        ge=2,
        le=32,
        description="Seconds in which a trunk must say anything to a call of ours; then it counts "
        "as silent, and the next trunk is tried.",
    )

    @property
    def rtp_range(self) -> tuple[int, int]:
        """Return the first and the last port for sound."""
        first, _, last = self.rtp_ports.partition("-")
        return int(first), int(last)
