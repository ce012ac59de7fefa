"""Where Tocsin may post of itself."""

import pytest

from tocsin.core.errors import SettingsError
from tocsin.core.outward import read_receiver, refusal

FIRM = read_receiver("https://desk.firm.example/hook/secret?key=1")
LOCAL = read_receiver("http://127.0.0.1:8080/in")


def test_a_receiver_is_shown_without_its_path():
    assert "https://desk.firm.example/…" == FIRM.shown
    assert "secret" not in repr(FIRM)
    assert ("/hook/secret?key=1", 443) == (FIRM.path, FIRM.port)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://localhost/in", "http://localhost/…"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/…"),
        ("https://[2001:db8::1]:444/in", "https://[2001:db8::1]:444/…"),
        ("http://[::1]/", "http://[::1]/…"),
    ],
)
def test_http_is_for_this_machine_and_https_for_all(url, shown):
    assert shown == read_receiver(url).shown


@pytest.mark.parametrize(
    "url",
    [
        "http://desk.firm.example/in",
        "http://10.0.0.1/in",
        "ftp://desk.firm.example/in",
        "https:///in",
        "https://user:secret@desk.firm.example/in",
        "https://secret@desk.firm.example/in",
        "https://desk.firm.example/in#part",
        "https://desk.firm.example:99999/in",
        "https://[::1/in",
        "https://desk.firm.example/a secret",
        "https://désk.example/secret",
        "https://desk.firm.example/" + "x" * 2_048,
        "secret",
    ],
)
def test_what_cannot_be_posted_to_safely_is_refused_without_quoting_a_secret(url):
    with pytest.raises(SettingsError) as error:
        read_receiver(url)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_a_public_address_may_be_connected_to(address):
    assert refusal(address, FIRM, own_network=False) is None


PRIVATE = ["10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fd12::1", "::ffff:10.0.0.1"]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_refused_unless_it_is_ones_own_network(address):
    assert "own_network" in refusal(address, FIRM, own_network=False)
    assert refusal(address, FIRM, own_network=True) is None


LOOPBACKS = ["127.0.0.1", "::1", "0.0.0.0", "::", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1"]
TEREDO_LOOPBACK = "2001:0:4136:e378:8000:63bf:80ff:fffe"
LINK_LOCAL = ["169.254.169.254", "fe80::1", "fe80::1%eth0", "64:ff9b::a9fe:a9fe"]
METADATA = ["fd00:ec2::254", "100.100.100.200"]
NO_HOSTS = ["224.0.0.1", "255.255.255.255", "ff02::1", "240.0.0.1", "4000::1"]


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        *((one, "this machine itself") for one in (*LOOPBACKS, TEREDO_LOOPBACK)),
        *((one, "link-local or metadata") for one in (*LINK_LOCAL, *METADATA)),
        *((one, "no host's") for one in NO_HOSTS),
    ],
)
def test_this_machine_metadata_and_what_is_no_host_are_refused_always(address, reason):
    for own_network in (False, True):
        assert reason in refusal(address, FIRM, own_network=own_network)


def test_a_private_address_inside_another_is_seen():
    assert refusal("64:ff9b::a00:1", FIRM, own_network=False)
    assert refusal("2002:a00:1::1", FIRM, own_network=False)
    assert refusal("2001:0:4136:e378:8000:63bf:f5ff:fffe", FIRM, own_network=False)


def test_documentation_addresses_are_no_hosts():
    assert refusal("192.0.2.1", FIRM, own_network=True)


def test_a_name_of_this_machine_leads_to_this_machine_only():
    assert refusal("127.0.0.1", LOCAL, own_network=False) is None
    assert refusal("93.184.216.34", LOCAL, own_network=True)
