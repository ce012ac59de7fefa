"""A rig for each test; the two servers are real."""

import pytest

from tests.support.receivers import MailBox, Receiver
from tests.support.sinks import Rig


@pytest.fixture
async def rig(tmp_path):
    with Receiver() as receiver, MailBox(tmp_path) as mailbox:
        rig = Rig(tmp_path, receiver, mailbox)
        yield rig
        await rig.close()
