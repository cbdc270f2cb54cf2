#!/bin/sh
# Makes .venv in the project root with the independent Python implementations the tests compare with
# (test/support/requirements.txt). Does nothing when it is there already. Without Python or without a package registry it
# says so and succeeds: the tests then skip those comparisons and give the reason.
set -u
cd "$(dirname "$0")/../.." || exit 1

requirements=test/support/requirements.txt
stamp=.venv/sonomask-requirements.txt
cmp -s "$requirements" "$stamp" && exit 0

give_up() {
  echo "make-venv: $1; comparisons with other implementations will be skipped" >&2
  exit 0
}

command -v python3 >/dev/null || give_up 'there is no python3'
# --clear: an interrupted attempt must not be built upon.
python3 -m venv --clear .venv || give_up 'python3 -m venv failed'
.venv/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: -r "$requirements" ||
  give_up 'pip install failed'
cp "$requirements" "$stamp"
echo "make-venv: .venv is ready" >&2
