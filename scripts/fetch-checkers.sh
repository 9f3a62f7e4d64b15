#!/bin/sh
# Fetches actionlint and jsonnet from the Go module proxy, and zizmor from PyPI, into DIR/bin. Installs
# nothing else. Needs go, and python3 with pip.
#
# Usage: fetch-checkers.sh [DIR]      (default: node_modules/.cache/checkers)
set -eu
dir=${1:-node_modules/.cache/checkers}
actionlint=github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
jsonnet=github.com/google/go-jsonnet/cmd/jsonnet@v0.22.0
zizmor=zizmor==1.32.0

versions="$actionlint $jsonnet $zizmor"
complete() { [ "$(cat "$dir/versions" 2>/dev/null)" = "$versions" ]; }
complete && exit 0
for need in go python3; do
  command -v "$need" >/dev/null || { echo "$0: $need not found" >&2; exit 1; }
done

mkdir -p "$(dirname "$dir")"
new=$(mktemp -d "$dir.XXXXXX")
trap 'rm -rf "$new"' EXIT
trap 'exit 1' HUP INT TERM
GOBIN=$(cd "$new" && pwd)/bin
export GOBIN
go install "$actionlint"
go install "$jsonnet"
python3 -m pip install --quiet --root-user-action ignore --no-cache-dir --only-binary :all: --no-deps --target "$new/pip" "$zizmor" >&2
mv "$new/pip/bin/zizmor" "$new/bin"
rm -rf "$new/pip"
echo "$versions" >"$new/versions"
# Another process may have been faster; its programs may be in use.
complete && exit 0
rm -rf "$dir"
mv "$new" "$dir"
