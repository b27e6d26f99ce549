#!/usr/bin/env bash
# Runs a command beside a real S3 server over HTTP (moto's), and stops the server afterwards:
#
#   scripts/with-s3.sh cargo test -p kohort-lake
#
# Needs `pip install 'moto[server]'`. The command finds the server by KOHORT_TEST_S3_ENDPOINT and
# KOHORT_TEST_S3_BUCKET, with keys that mean nothing in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
set -euo pipefail

if [ $# -eq 0 ]; then
    echo "usage: $0 COMMAND [ARGUMENT...]" >&2
    exit 2
fi
if ! command -v moto_server >/dev/null; then
    echo "error: no moto_server" >&2
    echo "  hint: pip install 'moto[server]'" >&2
    exit 1
fi

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
log=$(mktemp)
moto_server -H 127.0.0.1 -p "$port" >"$log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; rm -f "$log"' EXIT

export KOHORT_TEST_S3_ENDPOINT="http://127.0.0.1:$port"
export KOHORT_TEST_S3_BUCKET=kohort
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test-secret-value AWS_REGION=us-east-1

# moto takes requests without a signature, so making the bucket needs no client.
bucket_url="$KOHORT_TEST_S3_ENDPOINT/$KOHORT_TEST_S3_BUCKET"
for _ in $(seq 100); do
    if curl -fsS -X PUT "$bucket_url" >/dev/null 2>&1; then
        made=yes
        break
    fi
    sleep 0.1
done
if [ -z "${made:-}" ]; then
    echo "error: the S3 server did not start" >&2
    cat "$log" >&2
    exit 1
fi

"$@"
