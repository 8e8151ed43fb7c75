#!/usr/bin/env bash
# Installs what a build needs on a Debian-like machine and does nothing where it is there already:
# a C compiler, protoc, Git and certificates by apt; Rust by rustup when it is missing or older than the workspace asks for.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*" >&2; }

# ---- system packages
packages=()
need() { command -v "$1" >/dev/null 2>&1 || packages+=("$2"); }
need cc gcc
need c++ g++
need make make
need cmake cmake
need protoc protobuf-compiler
need git git
need curl curl
need pkg-config pkg-config
[ -e /etc/ssl/certs/ca-certificates.crt ] || packages+=(ca-certificates)
[ -e /usr/include/google/protobuf/any.proto ] || packages+=(libprotobuf-dev)
if [ ${#packages[@]} -gt 0 ]; then
  if ! command -v apt-get >/dev/null 2>&1; then
    say "please install with your system's package manager: ${packages[*]}"
    exit 2
  fi
  as_root=""
  [ "$(id -u)" = 0 ] || as_root="sudo"
  say "installing ${packages[*]}"
  $as_root apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi

# ---- Rust
wanted=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
have=$(rustc --version 2>/dev/null | sed -n 's/^rustc \([0-9]*\.[0-9]*\).*/\1/p' || true)
if [ -n "$have" ] && [ "$(printf '%s\n%s\n' "$wanted" "$have" | sort -V | head -n 1)" = "$wanted" ]; then
  exit 0
fi
say "Rust $wanted or newer is needed, found ${have:-none}"
if command -v rustup >/dev/null 2>&1; then
  if rustup toolchain install "$wanted" --profile minimal -c rustfmt -c clippy && rustup default "$wanted"; then exit 0; fi
elif curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal -c rustfmt -c clippy; then
  exit 0
fi
say "Rust could not be installed. Run this and try again:"
say "  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"
exit 2
