#!/bin/sh
# The one-shot `setup` of compose.yaml. Makes what is missing and keeps what is there, so it may run any number of times.
# Arguments: the names under which the broker is reached.
set -eu
umask 077
summit() { node /cairn/apps/summit/dist/main.js "$@"; }

summit setup --secrets /etc/cairn/secrets
install -m 0600 /etc/cairn/secrets/vessel-credentials.json /etc/cairn/vessel/vessel-credentials.json

sh /opt/cairn/broker-certificate.sh /etc/cairn/secrets /etc/nats/tls "$@"
install -m 0644 /etc/cairn/secrets/broker-ca.crt /etc/cairn/vessel/broker-ca.crt

summit migrate

# Written whole or not at all: the broker must never start with half a configuration.
summit nats-config --resolver /var/lib/broker/resolver --listen 0.0.0.0:4222 \
  --extra "$(cat /etc/nats/broker.conf)" >/var/lib/broker/nats.conf.new
mv /var/lib/broker/nats.conf.new /var/lib/broker/nats.conf
