"""Settings of the desk: where it is reached, who may sign in with what, what roles see."""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings

import setting_values as values
from paths import file_name


class DeskSettings(BaseSettings):
    """The desk's pages and API."""

    desk_address: Annotated[str, AfterValidator(values.address)] = Field(
        "127.0.0.1", description="Address of the API and the pages."
    )
    desk_port: int = Field(8080, ge=1, le=65535, description="TCP port of the API and the pages.")
    desk_certificate: Annotated[str, AfterValidator(file_name)] = Field(
        "",
        description="Path of a TLS certificate (PEM) for the desk and the browsers' phones; "
        "empty: no TLS.",
    )
    desk_key: Annotated[str, AfterValidator(file_name)] = Field(
        "", description="Path of that certificate's private key (PEM)."
    )
    desk_hosts: Annotated[str, AfterValidator(values.each(values.host))] = Field(
        "",
        description="Host names of the desk besides its address and localhost (comma between them)"
        "; requests for another host are refused.",
    )
    desk_proxies: Annotated[str, AfterValidator(values.each(values.address))] = Field(
        "",
        description="Addresses of proxies in front of the desk (comma between them); their "
        "X-Forwarded-For is trusted.",
    )
    juniors_open_every_call: bool = Field(
        False, description="Whether junior agents open every call and recording, not only theirs."
    )
    leaders_see_every_team: bool = Field(
        False, description="Whether team leaders see every team, not only the one they belong to."
    )
    oidc_issuer: str = Field(
        "",
        pattern=r"^$|^https?://[^\s?#]+$",
        description="Address of an OpenID Connect provider that people may sign in with.",
    )
    oidc_client_id: str = Field("", description="Our name at that provider.")
    oidc_client_secret: str = Field("", repr=False, description="Our secret at that provider.")
    oidc_claim: str = Field(
        "preferred_username",
        pattern=r"^[A-Za-z_][A-Za-z0-9_:/.-]*$",
        description="The claim of that provider in which a person's account number stands.",
    )
