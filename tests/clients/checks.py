"""What every answer must keep to. Schemathesis itself takes any error for the server's fault where `data` is null; here
a refused argument is an error with a documented code, so this check stands in place of its `not_a_server_error`."""

import pathlib
import re

import schemathesis

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = (ROOT / "docs/graphql.md").read_text(encoding="utf-8").split("## When something is wrong")[1]
CODES = {code for line in TABLE.splitlines() if line.startswith("| `") for code in re.findall(r"`([A-Z_]+)`", line.split("|")[1])}
assert "BAD_CURSOR" in CODES, CODES


@schemathesis.check
def errors_are_documented(ctx, response, case):
    assert response.status_code < 500, response.status_code
    for error in response.json().get("errors", []):
        said = error.get("extensions", {})
        assert said.get("code") in CODES - {"INTERNAL"}, error
        assert all(said.get(part) for part in ("zh", "en", "hint")), error
