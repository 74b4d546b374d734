"""The conformance tests of PyPI's ogctests; the exit code says whether all passed, which their own command line hides."""

import sys

from ogctests.main import run_ogctests

code = run_ogctests("features/core", instance_url=sys.argv[1], flags=["-p", "no:cacheprovider", "-rA", "--no-header"])
sys.exit(int(code))
