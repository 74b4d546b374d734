"""What every answer must keep to. Schemathesis itself takes any error for the server's fault where `data` is null; here
a refused argument is an error with a documented code, so this check stands in place of its `not_a_server_error`."""

import pathlib
import re

import graphql
import schemathesis
from hypothesis import strategies as st

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = (ROOT / "docs/graphql.md").read_text(encoding="utf-8").split("## When something is wrong")[1]
CODES = {code for line in TABLE.splitlines() if line.startswith("| `") for code in re.findall(r"`([A-Z_]+)`", line.split("|")[1])}
assert "BAD_CURSOR" in CODES, CODES

SCHEMA = graphql.build_schema((ROOT / "schema/schema.graphql").read_text(encoding="utf-8"))

years = st.integers(min_value=1900, max_value=2100).map(str)
part = st.one_of(
    st.integers(1, 2).map("-H{}".format), st.integers(1, 4).map("-Q{}".format), st.integers(1, 12).map("-M{:02}".format)
)
text = st.one_of(years, st.tuples(years, part).map("".join), st.text(max_size=12))
schemathesis.graphql.scalar("PeriodCode", text.map(lambda value: graphql.StringValueNode(value=value)))
number = st.one_of(st.integers().map(str), st.decimals(allow_nan=False, allow_infinity=False).map(str), st.text(max_size=12))
schemathesis.graphql.scalar("Decimal", number.map(lambda value: graphql.StringValueNode(value=value)))
schemathesis.graphql.scalar("SHA256", st.text(alphabet="0123456789abcdef", max_size=64).map(lambda value: graphql.StringValueNode(value=value)))


@schemathesis.hook
def filter_case(context, case):
    """The generator does not know @oneOf and fills none or several of its fields, which no document may; whatever else
    is wrong with a document is sent."""
    problems = graphql.validate(SCHEMA, graphql.parse(case.body), max_errors=None)
    return not any("OneOf" in problem.message for problem in problems)


@schemathesis.check
def errors_are_documented(ctx, response, case):
    assert response.status_code < 500, response.status_code
    for error in response.json().get("errors", []):
        said = error.get("extensions", {})
        assert said.get("code") in CODES - {"INTERNAL"}, error
        assert all(said.get(part) for part in ("zh", "en", "hint")), error
