"""Runs the commands and the script of docs/qgis.md against a server."""

import re
import subprocess
import sys
from pathlib import Path

base = sys.argv[1]
text = Path("docs/qgis.md").read_text(encoding="utf-8").replace("http://127.0.0.1:8080", base)
ran = 0
for language, block in re.findall(r"^```(bash|python)\n(.*?)^```", text, re.M | re.S):
    commands = [[sys.executable, "-c", block]] if language == "python" else [["bash", "-c", line] for line in block.splitlines()]
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0 or "ERROR" in done.stderr or not done.stdout.strip():
            sys.exit(f"{command[-1]}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        print(f"  {command[-1].splitlines()[0][:100]}: {len(done.stdout.splitlines())} lines")
        ran += 1
assert ran == 4, ran
