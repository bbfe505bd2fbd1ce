#!/usr/bin/env python3
"""Measures what a user of longhaul feels, in a pseudo terminal, side by side with a floor.

Builds release binaries of longhaul and of `tui0` (the smallest useful ratatui program, the floor), lets the demo build
a project, and runs the programs in turn (A B C A B C ...), so that whatever else the machine does hits all of them
alike. gitui takes part where it is on PATH. Prints one Markdown table; ratios count, times depend on the machine.

    tests/bench/terminal.py                 everything, about six minutes
    tests/bench/terminal.py --quick         a look, about one minute; too few samples for a p99
    tests/bench/terminal.py --only start keys

A p99 counts only where the floor's own p99 in the same rounds is below 2 ms: otherwise the machine, not the program,
was measured, and the table says so. Linux only (reads /proc). Python's standard library only.
"""

import argparse
import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
import ptybench  # noqa: E402

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
NOISE_MS = 2.0
RATES = [1, 200, 1000, 5000]
PARTS = ["start", "idle", "keys", "stream"]

# Text that is on the screen only once the program can be used: all of its data, not its first frame.
LONGHAUL_READY = r"3 Git .*\d commits"
TUI0_READY = r"READY feature 00000"
GITUI_READY = r"Working [Dd]ir|Unstaged"
# Keys for an open loop: each turns a text on that the other turns off.
LONGHAUL_TOGGLES = ["1=>Enter open", "2=>Enter fold"]
TUI0_TOGGLES = ["G=>feature 09999", "g=>feature 00000"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="parts to measure")
    parser.add_argument("--rounds", type=int, help="rounds of keys, idling and streaming [5]")
    parser.add_argument("--starts", type=int, help="rounds of starting and leaving [20]")
    parser.add_argument("--seconds", type=float, default=8.0, help="length of one streaming round")
    parser.add_argument("--size", default="60x200", help="ROWSxCOLUMNS of the terminal")
    parser.add_argument("--cargo", default="cargo", help="the cargo to build with")
    parser.add_argument("--no-build", action="store_true", help="take the binaries as they are")
    parser.add_argument("--json", metavar="FILE", help="write all figures there")
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.quick else 5)
    options.starts = options.starts or (5 if options.quick else 20)
    options.rows, options.columns = map(int, options.size.split("x"))
    return options


def build(options):
    """Returns the paths of both binaries."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    floor = target / "tui0"
    if not options.no_build:
        cargo = shlex.split(options.cargo)
        commands = [
            ["build", "--release", "--locked", "--bin", "longhaul", "--target-dir", str(target)],
            ["build", "--release", "--locked", "--manifest-path", str(HERE / "tui0/Cargo.toml"), "--target-dir", str(floor)],
        ]
        for command in commands:
            subprocess.run(cargo + command, cwd=ROOT, check=True)
    return target / "release/longhaul", floor / "release/tui0"


class Bench:
    """The programs, the project they are shown, and what was measured of them."""

    def __init__(self, options, longhaul, tui0, place):
        self.options = options
        self.longhaul, self.tui0 = str(longhaul), str(tui0)
        self.project = place / "notes"
        # Nothing of the user's own settings, and no ssh session, which would lower the frame rate.
        self.env = {name: None for name in os.environ if name.startswith(("SSH_", "XDG_", "LONGHAUL_"))}
        self.env |= {"LONGHAUL_STATE_DIR": str(place / "state"), "HOME": str(place), "LC_ALL": "C.UTF-8", "NO_COLOR": None}
        self.figures = {}

    def make_project(self):
        env = {name: value for name, value in (dict(os.environ) | self.env).items() if value is not None}
        command = [self.longhaul, "demo", "--headless", "--speed", "0", "--dir", str(self.project)]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            sys.exit(f"the demo failed, so there is no project to show ({done.returncode}):\n{done.stdout}{done.stderr}")

    def targets(self):
        """What is opened, and the keys that move a cursor up and down in it."""
        keys = "j*60 k*60" if not self.options.quick else "j*10 k*10"
        small = "j*10 k*10 " * (1 if self.options.quick else 6)
        targets = [
            {"name": "longhaul", "cmd": [self.longhaul], "ready": LONGHAUL_READY, "pre": "1", "keys": small.strip()},
            {"name": "tui0", "cmd": [self.tui0], "ready": TUI0_READY, "pre": "", "keys": keys},
        ]
        if shutil.which("gitui"):
            # Its log: the one list of it that is long enough.
            targets.append({"name": "gitui", "cmd": ["gitui"], "ready": GITUI_READY, "pre": "2", "keys": small.strip()})
        return [target | {"cwd": str(self.project), "env": self.env, "quit": "q", "timeout": 20.0} for target in targets]

    def in_turn(self, rounds, targets):
        """Runs every target once a round; returns the figures by target."""
        runs = {target["name"]: [] for target in targets}
        for number in range(rounds):
            for target in targets:
                say(f"  round {number + 1} of {rounds}: {target['name']}")
                figures = ptybench.run_once(target, self.options.rows, self.options.columns)
                if figures.get("ready_ms") is None:
                    sys.exit(f"{target['name']} showed nothing that matches {target['ready']!r} within {target['timeout']} s")
                runs[target["name"]].append(figures)
        return {name: ptybench.summarise(figures) for name, figures in runs.items()}

    def start(self):
        bare = [target | {"pre": "", "keys": "", "settle": 0.3} for target in self.targets()]
        # Not counted: fills the page cache.
        self.in_turn(1, bare)
        self.figures["start"] = self.in_turn(self.options.starts, bare)

    def idle(self):
        still = [target | {"keys": "", "idle": 2.0 if self.options.quick else 5.0} for target in self.targets()]
        self.figures["idle"] = self.in_turn(self.options.rounds, still)

    def keys(self):
        self.figures["keys"] = self.in_turn(self.options.rounds, self.targets())

    def stream(self):
        """Keys at a fixed mean rate, whatever the screen does, while an agent streams."""
        rounds, seconds = (1, 4.0) if self.options.quick else (max(1, self.options.rounds // 2), self.options.seconds)
        commands = {"tui0": ([self.tui0], TUI0_TOGGLES, TUI0_READY)}
        for rate in RATES:
            command = [self.longhaul, "debug", "stream", "--rate", str(rate)]
            commands[str(rate)] = (command, LONGHAUL_TOGGLES, "made-up feature 20")
        found = {name: [] for name in commands}
        for number in range(rounds):
            for name, (command, toggles, ready) in commands.items():
                say(f"  round {number + 1} of {rounds}: {' '.join(map(os.path.basename, command))}")
                probe = ptybench.probe(
                    command, toggles, 12, seconds, self.options.rows, self.options.columns, ready, str(self.project), self.env
                )
                found[name].append(probe)
        # Rounds of one rate are alike: the worst tail and the median middle are told.
        worst, middle = ("p99", "max", "missed", "peak"), ("p50", "cpu_pct", "out_bytes_s", "rss")
        self.figures["stream"] = {
            name: {key: max((r[key] for r in runs if r[key] is not None), default=None) for key in worst}
            | {key: ptybench.med([r[key] for r in runs]) for key in middle}
            | {"probes": sum(r["probes"] for r in runs)}
            for name, runs in found.items()
        }


class Table:
    """Rows of the report."""

    def __init__(self, with_gitui):
        self.with_gitui = with_gitui
        self.rows = []
        self.noisy = False

    def add(self, goal, what, figures, bounds=(), counts=True, unit=""):
        """`figures` by program; `bounds` as (factor, program) or (value, None); `counts` is false where noise drowns it."""
        ours, floor, other = (figures.get(name) for name in ("longhaul", "tui0", "gitui"))
        met, wanted = [], []
        for limit, against in bounds:
            base = figures.get(against) if against else 1.0
            wanted.append(f"≤ {limit:g}" + (f"× {against}" if against else unit))
            if base is None or ours is None:
                continue
            met.append(ours <= limit * base)
        if not counts:
            verdict = "too noisy"
        elif not bounds:
            verdict = ""
        else:
            verdict = "–" if not met else "yes" if all(met) else "**no**"
        row = [goal, what, show(ours, unit), show(floor, unit), ratio(ours, floor)]
        if self.with_gitui:
            row += [show(other, unit), ratio(ours, other)]
        self.rows.append(row + [", ".join(wanted), verdict])
        self.noisy |= not counts

    def print(self):
        head = ["goal", "measure", "longhaul", "tui0", "to tui0"]
        head += ["gitui", "to gitui"] if self.with_gitui else []
        head += ["bound", "met"]
        line = "| " + " | ".join(head) + " |"
        print(line)
        print("|" + "|".join("---:" if 2 <= i < len(head) - 2 else "---" for i in range(len(head))) + "|")
        for row in self.rows:
            print("| " + " | ".join(row) + " |")


def show(value, unit):
    if value is None:
        return "–"
    return ptybench.fmt(float(value)) + unit


def ratio(ours, base):
    return f"{ours / base:.2f}×" if ours is not None and base else "–"


def say(text):
    print(text, file=sys.stderr, flush=True)


def report(bench):
    figures = bench.figures
    table = Table(any("gitui" in part for part in figures.values()))

    def of(part, key):
        return {name: figures[part][name].get(key) for name in figures[part]}

    if "start" in figures:
        table.add("P1", "start to usable frame, p50", of("start", "ready_ms"), [(2, "tui0"), (0.4, "gitui")], unit=" ms")
        table.add("", "start to first frame, p50", of("start", "first_frame_ms"), unit=" ms")
        table.add("P20", "exit, terminal restored, p50", of("start", "exit_ms"), [(2, "gitui")], unit=" ms")
    if "keys" in figures:
        calm = figures["keys"]["tui0"]["key_change_p99"] < NOISE_MS
        table.add("P3", "key to change, idle, p50", of("keys", "key_change_p50"), [(2, "tui0"), (0.4, "gitui")], unit=" ms")
        table.add("P3", "key to change, idle, p99", of("keys", "key_change_p99"), [(1, "gitui")], calm, " ms")
        table.add("", "bytes written for a key", of("keys", "bytes_key"))
        table.add("", "anonymous memory", of("keys", "anon_end"), unit=" MB")
    if "stream" in figures:
        stream = figures["stream"]
        calm = stream["tui0"]["p99"] is not None and stream["tui0"]["p99"] < NOISE_MS
        for rate in RATES:
            ours = stream[str(rate)]
            name = "at rest (1 event/s)" if rate == 1 else f"{rate:,} events/s"
            pairs = {key: {"longhaul": ours[key], "tui0": stream["tui0"][key]} for key in ("p50", "p99")}
            rest = {"longhaul": ours["p50"], "its p50 at rest": stream["1"]["p50"], "tui0": stream["tui0"]["p50"]}
            table.add("P4", f"key, {name}, p50", rest, [(2, "its p50 at rest")] if rate > 1 else [], unit=" ms")
            table.add("P4", f"key, {name}, p99", pairs["p99"], [], calm, " ms")
            missed = [(0, None)] if rate > 1 else []
            table.add("P4", f"keys missed of {ours['probes']}, {name}", {"longhaul": float(ours["missed"])}, missed)
            table.add("P5", f"CPU, {name}", {"longhaul": ours["cpu_pct"]}, unit=" %")
            table.add("P21", f"written, {name}", {"longhaul": ours["out_bytes_s"] / 1000}, unit=" kB/s")
    if "idle" in figures:
        table.add("P15", "idle: bytes written a second", of("idle", "idle_bytes_s"), [(0, None)])
        table.add("P15", "idle: CPU", of("idle", "idle_cpu_pct"), [(0.05, None)], unit=" %")
        table.add("P15", "idle: wakeups a second", of("idle", "idle_vcs_s"), [(2, None)])
    table.print()
    print()
    print(f"`{' '.join([os.path.relpath(sys.argv[0], ROOT), *sys.argv[1:]])}` on {platform.system()} {platform.release()}, "
          f"{os.cpu_count()} cores, {bench.options.columns}x{bench.options.rows}; load at the end {os.getloadavg()[0]:.1f}.")
    if table.noisy:
        print(f"The machine was too noisy for tails: tui0's own p99 was {NOISE_MS:g} ms or more, so no p99 here counts. "
              "Run it again on a quiet machine.")
    if not table.with_gitui:
        print("gitui was not on PATH; bounds against it were not judged.")


def main():
    if not sys.platform.startswith("linux"):
        sys.exit("terminal.py reads /proc and so runs on Linux only")
    options = arguments()
    longhaul, tui0 = build(options)
    with tempfile.TemporaryDirectory(prefix="longhaul-bench-") as place:
        bench = Bench(options, longhaul, tui0, Path(place).resolve())
        say("the demo builds a project")
        bench.make_project()
        for part in options.only:
            say(part)
            getattr(bench, part)()
    report(bench)
    if options.json:
        Path(options.json).write_text(json.dumps(bench.figures, indent=1))


if __name__ == "__main__":
    main()
