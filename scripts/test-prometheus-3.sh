#!/bin/sh
# Runs the tests that use Prometheus with version 3.16 instead of Debian's 2.42. Builds it with Go the first time,
# which takes two cores many minutes.
set -eu
cd "$(dirname "$0")/.."
version=3.16.0
module=github.com/prometheus/prometheus
new="$PWD/node_modules/.cache/prometheus-$version"
debian="$PWD/node_modules/.cache/prometheus"

scripts/fetch-prometheus.sh "$debian"
for tool in promtool prometheus; do
  [ -x "$new/$tool" ] || GOBIN="$new" go install \
    -ldflags "-X github.com/prometheus/common/version.Version=$version" "$module/cmd/$tool@v0.316.0"
done

export PROMTOOL="$new/promtool" PROMETHEUS="$new/prometheus"
export ALERTMANAGER="$debian/bin/alertmanager" AMTOOL="$debian/bin/amtool"
exec npx vitest run test/prometheus test/metrics/promtool.test.ts test/grafana/promql.test.ts \
  test/e2e/alerting.test.ts test/e2e/prometheus.test.ts test/e2e/scaling.test.ts
