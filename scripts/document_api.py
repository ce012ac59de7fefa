"""The OpenAPI documents of the HTTP services, as files for who writes a client.

They are what a running service answers under /openapi.json: its own application is asked, over
stand-ins, since only its routes are wanted.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from unittest.mock import MagicMock

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from services.consumer import app as consumer
from services.consumer.settings import ConsumerSettings
from services.producer import app as producer
from services.producer.settings import ProducerSettings
from tocsin.runtime.web import Health


def publisher() -> FastAPI:
    """The publisher's application."""
    return producer.build_app(producer.Works(*(MagicMock() for _ in range(7))), ProducerSettings())


def reader() -> FastAPI:
    """The reader's application."""
    health = Health(lambda: None, list)
    return consumer.build_app(MagicMock(), MagicMock(), health, CollectorRegistry(), ConsumerSettings())


SERVICES: dict[str, Callable[[], FastAPI]] = {"publisher": publisher, "reader": reader}


def api_document(service: str) -> str:
    """The OpenAPI document of `publisher` or `reader`, as the text of a file."""
    return json.dumps(SERVICES[service]().openapi(), indent=1, ensure_ascii=False) + "\n"
