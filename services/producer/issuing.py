"""Whose name stands in a national reference that nobody gave: the country, and [report] agency."""

from __future__ import annotations

from pydantic import Field, field_validator

from tocsin.adapters.home import ParticipantHome
from tocsin.core.national_references import USUAL_AGENCY, Issuer, is_agency
from tocsin.runtime.settings import ServiceSettings, service_config


class ReportSettings(ServiceSettings):
    """Each field's description stands in docs/operations.md."""

    model_config = service_config("REPORT")

    agency: str = Field(
        USUAL_AGENCY, description="Stands in the references that are given: 2 to 12 of A-Z and 0-9."
    )

    @field_validator("agency")
    @classmethod
    def _is_agency(cls, text: str) -> str:
        if not is_agency(text):
            raise ValueError("is 2 to 12 capital letters and digits, and not EXERCISE")
        return text


def issuer_of(home: ParticipantHome) -> Issuer:
    """The country of the home's own application to the authority, and the agency of its settings.

    Raises SettingsError, KeyUnusableError.
    """
    settings = ReportSettings.load(home.settings("report"))
    _, request = home.request()
    return Issuer(request.country, settings.agency)
