"""The reader as a service: it starts without a broker, recovers, answers, streams, and stops."""

import json
import threading
import time

import httpx
import pytest

from services.workshop.ports import find_free
from tests.support.town import Town, uuid

pytestmark = pytest.mark.kafka


class Running:
    """A service in a process of its own."""

    def __init__(self, town, home):
        self.town, self.home = town, home
        self.token = town.run(home, "consumer", "token", "test")[0].strip()
        self.port = find_free(1)
        self.base = f"http://127.0.0.1:{self.port}"
        self.headers = {"Authorization": f"Bearer {self.token}"}
        self.start()

    def start(self):
        self.process = self.town.start(self.home, "consumer", "serve", TOCSIN_CONSUMER_PORT=str(self.port))

    def get(self, path, **query):
        return httpx.get(self.base + path, params=query, headers=self.headers, timeout=10)

    def wait_for(self, path, code):
        """The answer, once it has this status. A minute at most."""
        for _ in range(600):
            try:
                answer = self.get(path)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code == code:
                return answer
            time.sleep(0.1)
        raise AssertionError(answer and answer.text)

    def stop(self):
        self.process.terminate()
        _, err = self.process.communicate(timeout=30)
        return self.process.returncode, err


@pytest.fixture
def service(tmp_path, kafka_broker):
    town = Town(tmp_path, kafka_broker.bootstrap)
    town.send(*town.keys(), town.report("a"))
    service = Running(town, town.home("reader"))
    yield service
    if service.process.poll() is None:
        service.process.kill()
        service.process.communicate()


def test_it_answers_what_it_read_and_stops_when_told(service):
    service.wait_for("/readyz", 200)
    assert [uuid("a")] == [one["report_id"] for one in service.get("/v1/reports").json()["reports"]]
    assert 'tocsin_consumer_records_total{outcome="accepted"}' in service.get("/metrics").text
    assert 200 == service.get("/healthz").status_code
    assert 401 == httpx.get(service.base + "/v1/reports").status_code
    code, err = service.stop()
    assert (0, False) == (code, "Traceback" in err)


def test_it_starts_with_the_broker_down_says_so_and_recovers(tmp_path, kafka_broker):
    town = Town(tmp_path, kafka_broker.bootstrap)
    town.send(*town.keys(), town.report("a"))
    kafka_broker.stop()
    service = Running(town, town.home("reader"))
    try:
        said = service.wait_for("/readyz", 503).text
        assert "no broker" in said or kafka_broker.bootstrap in said
        assert 200 == service.wait_for("/healthz", 200).status_code
        kafka_broker.start()
        service.wait_for("/readyz", 200)
        assert [uuid("a")] == [one["report_id"] for one in service.get("/v1/reports").json()["reports"]]
    finally:
        service.stop()


def test_a_stream_resumes_over_a_restart_of_the_service(service):
    service.wait_for("/readyz", 200)
    first = next_events(service, 1, {"Last-Event-ID": "0"})
    assert [uuid("a")] == [data["report_id"] for _, data in first]
    service.process.kill()
    service.process.communicate()
    service.town.send(service.town.report("b"))
    service.start()
    service.wait_for("/readyz", 200)
    late = threading.Timer(1.0, lambda: service.town.send(service.town.report("c")))
    late.start()
    rest = next_events(service, 2, {"Last-Event-ID": first[-1][0]})
    late.join()
    assert [uuid("b"), uuid("c")] == [data["report_id"] for _, data in rest]


def next_events(service, count, headers):
    found = []
    with httpx.stream(
        "GET", service.base + "/v1/stream", headers=service.headers | headers, timeout=30
    ) as answer:
        for line in answer.iter_lines():
            if line.startswith("id: "):
                id_ = line.removeprefix("id: ")
            if line.startswith("data: "):
                found.append((id_, json.loads(line.removeprefix("data: "))))
            if len(found) == count:
                return found
    raise AssertionError
