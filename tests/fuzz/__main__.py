"""The coverage-guided fuzzer: `make fuzz`, or python -m tests.fuzz --seconds 60 [TARGET …].

Each target runs in its own process. An input that fails is saved in .fuzz/ and reported at the end. Once the fault is fixed, move the
input to tests/fuzz/found/, which the tests check. Needs the extra `fuzz` (atheris).
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import re
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

from tests.fuzz.targets import TARGETS

KEPT = Path(__file__).parents[2] / ".fuzz"


def main() -> int:
    """Try some targets, or all; 1 where one has failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("targets", nargs="*", default=[*TARGETS], metavar="TARGET")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        print("the coverage-guided fuzzer is not installed; type: pip install -e '.[fuzz]'")
        return 0
    if asked.one:
        fuzz(asked.targets[0], asked.seconds)
        return 0
    return max([run(name, asked.seconds) for name in asked.targets], default=0)


def run(name: str, seconds: int) -> int:
    """Try one target in a process of its own, and tell what came of it."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "--one", "--seconds", str(seconds), name],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    said = done.stderr + done.stdout
    inputs = re.search(r"Done (\d+) runs in (\d+) second", said)
    reached = re.findall(r"cov: (\d+)", said)
    failures = re.findall(r"^FAILURE (.+)$", said, re.MULTILINE)
    if inputs is None:
        print(f"{name}: ended early, exit {done.returncode}\n{said[-2000:]}")
        return 1
    print(
        f"{name}: {inputs[1]} inputs in {inputs[2]} s, {reached[-1] if reached else 0} places reached, {len(failures)} failures"
    )
    for failure in failures:
        print(f"  {failure}")
    return bool(failures)


def fuzz(name: str, seconds: int) -> None:
    """Try one target for some time, in this process, which ends with it."""
    import atheris

    target = TARGETS[name]
    with atheris.instrument_imports(include=list(target.modules)), warnings.catch_warnings():
        from tests.fuzz.sandbox import Sandbox

        target.seeds()
        _import_all(target.modules)
    warnings.simplefilter("ignore")
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    sandbox = Sandbox(folder / "sandbox")
    corpus, kept, seen = folder / "corpus", KEPT, set[str]()
    corpus.mkdir()
    for number, seed in enumerate(target.seeds()):
        (corpus / f"seed-{number:04}").write_bytes(seed)

    def one(data: bytes) -> None:
        failure = sandbox.attempt(target, data)
        if failure and failure.where not in seen:
            seen.add(failure.where)
            kept.mkdir(exist_ok=True)
            path = kept / f"{name}-{hashlib.sha256(data).hexdigest()[:8]}"
            path.write_bytes(data)
            path.with_suffix(".txt").write_text(failure.told, encoding="utf-8")
            print(f"FAILURE {failure.where}: {path}", file=sys.stderr, flush=True)

    options = [
        f"-max_total_time={seconds}",
        "-timeout=120",
        "-max_len=20000",
        "-rss_limit_mb=3000",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], one)
    atheris.Fuzz()


def _import_all(packages: tuple[str, ...]) -> None:
    """Import every module of some packages, so that all of them are followed."""
    import pkgutil

    for package in packages:
        module = importlib.import_module(package)
        for each in pkgutil.walk_packages(getattr(module, "__path__", []), f"{package}."):
            importlib.import_module(each.name)


if __name__ == "__main__":
    sys.exit(main())
