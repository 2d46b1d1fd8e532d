# Sourced by the scripts beside it: finds the newest Python and leaves a ready .venv; sets $project and $bin.
project=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
bin=$project/.venv/bin

newest_python() {
  local name
  for name in python3.14 python3.13 python3.12 python3.11 python3; do
    # A name on PATH may be a shim for a Python that is not there, or lack venv: only a run tells.
    if "$name" -c 'import ensurepip, venv, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return
    fi
  done
  echo "No Python 3.11 or newer with venv is on PATH; install one (Debian: python3 and python3-venv)." >&2
  return 1
}

python=$(newest_python) || exit 2
"$python" -I "$project/scripts/environment.py" || exit 2
