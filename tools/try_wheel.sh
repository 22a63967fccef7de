#!/usr/bin/env bash
# Builds the wheel, installs it in a fresh environment outside the checkout and runs the demo from it.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'kill "${demo:-}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT
"$root/.venv/bin/python" -m venv --without-pip "$work/venv" # pip comes from the wheel kept in the tree
python="$work/venv/bin/python"
pip=$(echo "$root"/tools/bootstrap/pip-*.whl)
"$python" "$pip/pip" install -q --no-index "$pip"
"$python" -m pip wheel -q --no-deps -w "$work/dist" "$root"
"$python" -m pip install -q -c "$root/constraints.txt" "$work"/dist/huanqiong-*.whl
cd "$work"
export HUANQIONG_HOME="$work/home" HUANQIONG_DATA="$work/none"
"$work/venv/bin/hq" --version
port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$work/venv/bin/hq" demo --no-browser --port "$port" >"$work/demo.out" 2>"$work/demo.err" &
demo=$!
for _ in $(seq 300); do
  if "$python" - "$port" <<'PY' 2>/dev/null; then echo "wheel: the console answered on port $port"; kill $demo; wait $demo; exit 0; fi
import sys, urllib.request
body = urllib.request.urlopen(f"http://localhost:{sys.argv[1]}/sign-in/", timeout=5).read().decode()
assert "环琼" in body
PY
  kill -0 $demo 2>/dev/null || break
  sleep 1
done
echo "wheel: the demo did not come up" >&2
cat "$work/demo.out" "$work/demo.err" >&2
exit 1
