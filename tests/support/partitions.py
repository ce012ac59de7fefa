"""A subscriber over partitions that a test writes down: holes, ends and silences to order."""

from tocsin.adapters.kafka.records import IncomingRecord


class Partitions:
    """`kept`: {place: {offset: value}}; each begins with its first offset. `ends`: where one ends later."""

    def __init__(self, kept, ends=None):
        self._kept = kept
        self.begins = {place: min(records, default=0) for place, records in kept.items()}
        self.ends = {place: max(records, default=-1) + 1 for place, records in kept.items()} | (ends or {})
        self.positions = dict(self.begins)
        self.polls = 0

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_error):
        return None

    async def beginning_offsets(self):
        return self.begins

    async def end_offsets(self):
        return self.ends

    def seek(self, place, offset):
        self.positions[place] = offset

    async def poll(self, max_records, _wait_ms):
        self.polls += 1
        found = [
            IncomingRecord(*place, offset, None, value, 0)
            for place, records in self._kept.items()
            for offset, value in sorted(records.items())
            if offset >= self.positions[place]
        ][:max_records]
        for one in found:
            self.positions[one.topic, one.partition] = one.offset + 1
        return found
