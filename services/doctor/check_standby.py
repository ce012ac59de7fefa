"""Asks the topic what a standby would do now. Nothing is signed, and nothing remembered."""

from __future__ import annotations

from services.doctor.case import Case
from tocsin.adapters.standby_home import pinned_root, read_memory
from tocsin.adapters.tuf_standby import read_stamp
from tocsin.adapters.tuf_topic import DirectoryTopic
from tocsin.core.errors import UntrustedError
from tocsin.core.findings import Finding, ill
from tocsin.core.standby import choose
from tocsin.core.standby_standing import judge_standby
from tocsin.core.streams import DIRECTORY_TOPIC
from tocsin.core.symptoms import Symptom


async def check_standing_by(case: Case) -> Finding:
    """Whether the root names this standby, and what it would do about the timestamp."""
    assert case.standby_key is not None
    topic = DirectoryTopic(case.access)
    await topic.read(anew=True)
    try:
        stamp = read_stamp(topic.files, pinned_root(case.home.path), case.standby_key)
    except UntrustedError as error:  # all else verified: the directory's check comes first
        return ill(Symptom.STANDBY_NOT_NAMED, DIRECTORY_TOPIC, str(error))
    choice = choose(stamp, read_memory(case.home.path), case.now_s)
    return judge_standby(choice, DIRECTORY_TOPIC, stands_in=stamp.ours)
