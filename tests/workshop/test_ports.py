import socket

import pytest

from services.workshop import ports
from tocsin.core.errors import SettingsError


@pytest.fixture
def taken():
    base = ports.find_free(1)
    with socket.create_server((ports.LOOPBACK, base)):
        yield base


def test_a_found_block_is_free_and_below_the_ephemeral_range():
    block = ports.block(ports.find_free(3), 3)

    assert 6 == len(block)
    assert all(ports.is_free(port) and port < 32_768 for port in block)


def test_a_taken_port_is_named(taken):
    with pytest.raises(SettingsError, match=f"port {taken} on 127.0.0.1 is in use"):
        ports.require_free(taken, 1)


@pytest.mark.parametrize("port", [80, 32_765, 40_000])
def test_a_port_out_of_range_is_refused(port):
    with pytest.raises(SettingsError, match="choose one from"):
        ports.require_free(port, 1)
