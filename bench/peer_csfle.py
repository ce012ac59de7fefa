"""The peer: Confluent's client-side payload encryption on the same reports (runs in its own environment).

Reads {"schema": ..., "reports": [...], "seconds": ...} on standard input, prints rates as JSON.
Local KMS, mock registry, AES256-GCM, payload encryption: no network.
"""

from __future__ import annotations

import json
import sys
import time

from confluent_kafka.schema_registry import (
    Rule,
    RuleKind,
    RuleMode,
    RuleParams,
    RuleSet,
    Schema,
    SchemaRegistryClient,
)
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.rules.encryption.encrypt_executor import EncryptionExecutor
from confluent_kafka.schema_registry.rules.encryption.localkms.local_driver import LocalKmsDriver
from confluent_kafka.serialization import MessageField, SerializationContext

TOPIC = "reports"


def rate_per_s(work, items, seconds):
    """Calls per second of `work` over `items`, cycled for at least `seconds`."""
    done, started = 0, time.perf_counter()
    while (spent_s := time.perf_counter() - started) < seconds:
        for item in items:
            work(item)
        done += len(items)
    return done / spent_s


def main():
    job = json.load(sys.stdin)
    LocalKmsDriver.register()
    EncryptionExecutor.register()
    client = SchemaRegistryClient.new_client({"url": "mock://bench"})
    params = {
        "encrypt.kek.name": "kek",
        "encrypt.kms.type": "local-kms",
        "encrypt.kms.key.id": "key",
        "encrypt.dek.algorithm": "AES256_GCM",
    }
    rule = Rule(
        "encrypt",
        "",
        RuleKind.TRANSFORM,
        RuleMode.WRITEREAD,
        "ENCRYPT_PAYLOAD",
        None,
        RuleParams(params),
        None,
        None,
        "ERROR,NONE",
        False,
    )
    schema = Schema(json.dumps(job["schema"]), "AVRO", [], None, RuleSet(None, None, [rule]))
    client.register_schema(f"{TOPIC}-value", schema)
    conf = {"auto.register.schemas": False, "use.latest.version": True}
    rules = {"secret": "bench secret"}
    serialize = AvroSerializer(client, conf=conf, rule_conf=rules)
    deserialize = AvroDeserializer(client, rule_conf=rules)
    context = SerializationContext(TOPIC, MessageField.VALUE)
    reports = job["reports"]
    sealed = [serialize(report, context) for report in reports]
    if any(deserialize(value, context) != report for value, report in zip(sealed, reports, strict=True)):
        sys.exit("the peer does not return what it was given")
    if all(
        json.dumps(report)[:20].encode() in value for value, report in zip(sealed, reports, strict=True)
    ):
        sys.exit("the peer did not encrypt")
    rates = {
        "seal_per_s": rate_per_s(lambda report: serialize(report, context), reports, job["seconds"]),
        "open_per_s": rate_per_s(lambda value: deserialize(value, context), sealed, job["seconds"]),
        "value_bytes": sum(map(len, sealed)) / len(sealed),
    }
    print(json.dumps(rates))


if __name__ == "__main__":
    main()
